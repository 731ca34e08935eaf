/* suites.h - the names of all scenarios: as the expected texts have them, and as C functions. */
#ifndef ORACLE_SUITES_H
#define ORACLE_SUITES_H

/* The comments say what each of the first is about; the others' stand in their programs.
 *   s1   tasks take turns
 *   s2   gather: the first error comes at once, the others go on
 *   s3   cancelling a gather cancels its children; s3r: the same, when the gather collects errors
 *   s4   one child is cancelled: the gather fails, its sibling survives
 *   s5   semaphore: a permit handed to one that is then cancelled goes to the next
 *   s6   semaphore: first come, first served, nobody overtakes
 *   s7   queue: the item put for a getter that is then cancelled goes to the next
 *   s8   bounded queue: the room made for a putter that is then cancelled, too
 *   s10  a child that answers a cancel with a value: wait_for returns the value
 *   s11  cancelled before its first step, a task never runs
 *   s12  a cancel is one error, once: cleaning up may wait again
 *   s13  nested timeouts
 *   s15  wait_tasks: a timeout cancels nobody
 *   s17  cancelling who waits cancels what is awaited
 *   s18  two cancels before it runs: two are counted, one is delivered
 *   s20  equal deadlines run in the order of asking
 *   s21  a task that yields for ever does not keep timers from firing
 *   s24  gather of tasks that are done already
 * They come from bugs that asyncio has had: python/asyncio#270 (a permit lost by a cancel),
 * bpo-23812 (an item lost in a queue), gh-86296 (wait_for swallowing a cancel), gh-76865 (gather
 * swallowing its own), gh-116720 (nested timeouts), gh-90155 (overtaking at a semaphore), bpo-32751
 * (wait_for returning before its child had ended). */
#define ORACLE_SCENARIOS(S) \
    S(s1)                   \
    S(s2)                   \
    S(s3)                   \
    S(s3r)                  \
    S(s4)                   \
    S(s5)                   \
    S(s6)                   \
    S(s7)                   \
    S(s8)                   \
    S(s10)                  \
    S(s11)                  \
    S(s12)                  \
    S(s13)                  \
    S(s15)                  \
    S(s17)                  \
    S(s18)                  \
    S(s20)                  \
    S(s21)                  \
    S(s24)

#define GROUPS_SCENARIOS(S)     \
    S(group_waits)              \
    S(group_of_nobody)          \
    S(group_error)              \
    S(group_error_count)        \
    S(group_error_elsewhere)    \
    S(group_several_errors)     \
    S(group_body_error)         \
    S(group_cancelled_in_body)  \
    S(group_cancelled_at_end)   \
    S(group_cancelled_twice)    \
    S(group_error_and_cancel)   \
    S(group_child_cancelled)    \
    S(group_child_spawns)       \
    S(group_refuses)            \
    S(group_nested)             \
    S(group_nested_outer_fails) \
    S(group_in_timeout)

#define SHIELDS_SCENARIOS(S)   \
    S(shield_cancelled_waiter) \
    S(shield_results)          \
    S(shield_in_timeout)       \
    S(shield_turns)            \
    S(as_completed_order)      \
    S(as_completed_timeout)    \
    S(as_completed_race)       \
    S(as_completed_none)       \
    S(as_completed_cancelled)

#define CANCELS_SCENARIOS(S)       \
    S(cancel_in_cleanup)           \
    S(cancel_done)                 \
    S(cancel_swallowed)            \
    S(cancel_error_in_cleanup)     \
    S(cancel_self)                 \
    S(cancel_self_and_return)      \
    S(cancel_of_a_yield)           \
    S(cancel_beats_completion)     \
    S(cancel_of_a_task_in_turn)    \
    S(cancel_chain)                \
    S(cancel_chain_swallowed)      \
    S(cancel_gather_swallowed)     \
    S(cancel_gather_of_done)       \
    S(uncancel_counts)             \
    S(uncancel_before_delivery)    \
    S(future_callbacks)            \
    S(future_callback_late)        \
    S(future_callback_adds)        \
    S(future_callback_removed)     \
    S(future_done_once)            \
    S(future_cancelled_by_another) \
    S(future_two_waiters)

#define TIMES_SCENARIOS(S)      \
    S(timeout_outer_first)      \
    S(timeout_inner_caught)     \
    S(timeout_in_time)          \
    S(timeout_swallowed)        \
    S(timeout_other_error)      \
    S(timeout_of_nothing)       \
    S(timeout_never)            \
    S(timeout_rescheduled)      \
    S(timeout_rescheduled_late) \
    S(timeout_and_cancel)       \
    S(timeout_under_a_cancel)   \
    S(wait_for_waits)           \
    S(wait_for_child_error)     \
    S(wait_for_no_time)         \
    S(wait_for_cancelled)       \
    S(wait_for_cancelled_late)  \
    S(wait_for_race_value)      \
    S(wait_for_race_task)       \
    S(wait_for_race_time)       \
    S(wait_until_error)         \
    S(wait_cancelled)           \
    S(wait_of_done)             \
    S(gather_of_done)           \
    S(gather_error_then_cancel)

#define TOLD_SCENARIOS(S)               \
    S(told_when_dropped)                \
    S(told_when_given_up)               \
    S(told_not_when_awaited)            \
    S(told_not_when_gathered)           \
    S(told_not_in_a_group)              \
    S(told_when_shielded)               \
    S(told_not_when_waiter_was_in_turn) \
    S(told_of_a_future)                 \
    S(names_are_numbers)

#define LIMITS_SCENARIOS(S)       \
    S(semaphore_turns)            \
    S(semaphore_waiter_cancelled) \
    S(semaphore_no_overtaking)    \
    S(semaphore_two_released)     \
    S(semaphore_bounded)          \
    S(semaphore_in_timeout)       \
    S(asyncio_270)                \
    S(gh_90155)                   \
    S(gh_90155_released_often)    \
    S(queue_hand_over)            \
    S(queue_getters_in_turn)      \
    S(bpo_23812_get)              \
    S(bpo_23812_put)              \
    S(queue_join_waits)           \
    S(queue_not_now)              \
    S(queue_shut_down)            \
    S(queue_shut_down_waiting)

#define SYNC_SCENARIOS(S)                \
    S(lock_turns)                        \
    S(lock_no_overtaking)                \
    S(lock_not_held)                     \
    S(lock_woken_then_cancelled)         \
    S(lock_cancelled_then_released)      \
    S(lock_all_in_line_are_cancelled)    \
    S(lock_in_timeout)                   \
    S(event_set_and_cleared)             \
    S(event_cancelled)                   \
    S(condition_notifies)                \
    S(condition_without_lock)            \
    S(condition_of_a_lock)               \
    S(condition_wait_for_it)             \
    S(condition_cancelled)               \
    S(condition_cancelled_twice)         \
    S(gh_111693)                         \
    S(gh_112202_when_woken)              \
    S(gh_112202_when_it_takes_the_lock)  \
    S(barrier_rounds)                    \
    S(barrier_of_one)                    \
    S(barrier_fifth_waits)               \
    S(barrier_one_is_cancelled)          \
    S(barrier_cancelled_while_it_drains) \
    S(barrier_is_reset)                  \
    S(barrier_is_aborted)                \
    S(barrier_reset_while_it_drains)

#define QUEUES_SCENARIOS(S)               \
    S(priority_smallest_first)            \
    S(priority_equal_ones)                \
    S(priority_many)                      \
    S(priority_getters_in_turn)           \
    S(priority_putters_in_turn)           \
    S(lifo_newest_first)                  \
    S(lifo_getters_in_turn)               \
    S(shutdown_immediate)                 \
    S(shutdown_immediate_while_one_works) \
    S(shutdown_twice)                     \
    S(shutdown_with_putter_in_turn)       \
    S(shutdown_with_getter_in_turn)

#define DECLARE_SCENARIO(name) int name(void);
ORACLE_SCENARIOS(DECLARE_SCENARIO)
GROUPS_SCENARIOS(DECLARE_SCENARIO)
SHIELDS_SCENARIOS(DECLARE_SCENARIO)
CANCELS_SCENARIOS(DECLARE_SCENARIO)
TIMES_SCENARIOS(DECLARE_SCENARIO)
TOLD_SCENARIOS(DECLARE_SCENARIO)
LIMITS_SCENARIOS(DECLARE_SCENARIO)
QUEUES_SCENARIOS(DECLARE_SCENARIO)
SYNC_SCENARIOS(DECLARE_SCENARIO)

#endif
