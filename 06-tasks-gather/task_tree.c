/* task_tree.c - who waits for whom, from the callbacks by which they wait. */
#include "task_tree.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

#define DEPTH_MAX   32
#define LABEL_WIDTH 28 /* columns, for branches and name */

struct node {
    const struct task *task;
    bool has_parent, is_printed;
};

/* `parent` waits for the task of nodes[child]. */
struct edge {
    const struct task *parent;
    int child;
};

struct tree {
    FILE *to;
    int count, edge_count;
    struct task **sorted;        /* the tasks, by address */
    struct node *nodes;          /* the same, the oldest first */
    struct edge *edges;          /* those of one parent lie together, the oldest child first */
    bool is_last[DEPTH_MAX + 1]; /* on the way down to what is printed now */
};

/* ---- Who waits for whom -------------------------------------------------------------------- */

static int by_address(const void *a, const void *b)
{
    const struct task *const *left = a, *const *right = b;
    return (*left > *right) - (*left < *right);
}

/* NULL: a coroutine that waits may be no task, but one of co_spawn's. */
static const struct task *task_of(const struct tree *tree, const struct co *co)
{
    const struct task *task = (const struct task *)((const char *)co - offsetof(struct task, co));
    struct task *const *found =
        bsearch(&task, tree->sorted, (size_t)tree->count, sizeof *tree->sorted, by_address);
    return found ? *found : NULL;
}

static int count_callbacks(const struct tree *tree)
{
    int count = 0;
    for (int i = 0; i < tree->count; i++)
        for (struct future_callback *c = tree->nodes[i].task->future.callbacks; c; c = c->next)
            count++;
    return count;
}

static int by_parent(const void *a, const void *b)
{
    const struct edge *left = a, *right = b;
    if (left->parent != right->parent)
        return left->parent < right->parent ? -1 : 1;
    return left->child - right->child;
}

static void find_edges(struct tree *tree)
{
    for (int i = 0; i < tree->count; i++) {
        struct node *node = &tree->nodes[i];
        for (struct future_callback *c = node->task->future.callbacks; c; c = c->next) {
            const struct task *parent = c->awaiter ? task_of(tree, c->awaiter) : NULL;
            if (!parent)
                continue;
            tree->edges[tree->edge_count++] = (struct edge){parent, i};
            node->has_parent = true;
        }
    }
    qsort(tree->edges, (size_t)tree->edge_count, sizeof *tree->edges, by_parent);
}

/* The first edge of this parent, or where it would be. */
static int first_edge(const struct tree *tree, const struct task *parent)
{
    int low = 0, high = tree->edge_count;
    while (low < high) {
        int middle = low + (high - low) / 2;
        if (tree->edges[middle].parent < parent)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* ---- Printing ------------------------------------------------------------------------------ */

static void print_state(const struct tree *tree, const struct task *task)
{
    const struct co *co = &task->co;
    if (co == co_current())
        fprintf(tree->to, "runs");
    else if (co->waiter)
        fprintf(tree->to, "waits for %s", co->waiter->what ? co->waiter->what : "something");
    else
        fprintf(tree->to, co->started ? "goes on in the next pass" : "has not started");
    if (task_cancelling(task) > 0)
        fprintf(tree->to, ", is being cancelled");
}

static void print_branches(const struct tree *tree, int depth)
{
    for (int i = 1; i < depth; i++)
        fprintf(tree->to, tree->is_last[i] ? "    " : "|   ");
    if (depth > 0)
        fprintf(tree->to, tree->is_last[depth] ? "`-- " : "|-- ");
}

static void print_below(struct tree *tree, int place, int depth)
{
    struct node *node = &tree->nodes[place];
    print_branches(tree, depth);
    int width = LABEL_WIDTH - 4 * depth;
    fprintf(tree->to, "%-*s ", width > 0 ? width : 0, task_name(node->task));
    print_state(tree, node->task);
    int first = first_edge(tree, node->task), end = first;
    while (end < tree->edge_count && tree->edges[end].parent == node->task)
        end++;
    if (end > first && node->is_printed)
        fprintf(tree->to, ", see above");
    else if (end > first && depth == DEPTH_MAX)
        fprintf(tree->to, ", and others for it");
    fputc('\n', tree->to);
    bool stop = node->is_printed || depth == DEPTH_MAX;
    node->is_printed = true;
    for (int i = first; i < end && !stop; i++) {
        tree->is_last[depth + 1] = i + 1 == end;
        print_below(tree, tree->edges[i].child, depth + 1);
    }
}

/* Those that wait for each other in a circle have nobody above them: they come at the end. */
static void print_all(struct tree *tree)
{
    for (int i = 0; i < tree->count; i++)
        if (!tree->nodes[i].has_parent)
            print_below(tree, i, 0);
    for (int i = 0; i < tree->count; i++)
        if (!tree->nodes[i].is_printed)
            print_below(tree, i, 0);
}

/* ---- All of it ----------------------------------------------------------------------------- */

static int fill(struct tree *tree, const struct loop *loop)
{
    size_t room = (size_t)tree->count + 1; /* an empty one is no lack of memory */
    tree->sorted = calloc(room, sizeof *tree->sorted);
    tree->nodes = calloc(room, sizeof *tree->nodes);
    if (!tree->sorted || !tree->nodes)
        return -ENOMEM;
    all_tasks(loop, tree->sorted, tree->count);
    for (int i = 0; i < tree->count; i++)
        tree->nodes[i].task = tree->sorted[i];
    qsort(tree->sorted, (size_t)tree->count, sizeof *tree->sorted, by_address);
    tree->edges = calloc((size_t)count_callbacks(tree) + 1, sizeof *tree->edges);
    if (!tree->edges)
        return -ENOMEM;
    find_edges(tree);
    return 0;
}

int task_tree_print(const struct loop *loop, FILE *to)
{
    struct tree tree = {.to = to, .count = task_count(loop)};
    int rc = fill(&tree, loop);
    if (rc == 0)
        print_all(&tree);
    free(tree.sorted);
    free(tree.nodes);
    free(tree.edges);
    if (rc == 0 && (fflush(to) != 0 || ferror(to)))
        rc = -EIO;
    return rc;
}

void task_tree_show(void)
{
    if (task_tree_print(NULL, stderr) < 0)
        fprintf(stderr, "the tasks cannot be shown\n");
}

static void on_signal(void *arg)
{
    if (task_tree_print(arg, stderr) < 0)
        fprintf(stderr, "the tasks cannot be shown\n");
}

int task_tree_on_signal(struct loop *loop, int signo)
{
    return loop_add_signal_handler(loop, signo, on_signal, loop);
}
