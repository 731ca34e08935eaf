/* commands.c - a table of commands, and a function for each. */
#include "commands.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* A part of the line: not NUL-terminated, and NULs may be in it. Empty: there is no such word. */
struct word {
    const char *bytes;
    size_t length;
};

/* Not isspace, which asks the locale. */
static bool is_blank(char byte)
{
    return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

/* Cuts the first word off the rest. */
static struct word next_word(struct word *rest)
{
    while (rest->length > 0 && is_blank(rest->bytes[0])) {
        rest->bytes++;
        rest->length--;
    }
    struct word word = {rest->bytes, 0};
    while (word.length < rest->length && !is_blank(word.bytes[word.length]))
        word.length++;
    rest->bytes += word.length;
    rest->length -= word.length;
    return word;
}

/* 0; -EINVAL: no whole number; -ERANGE: one that 64 bits do not hold. */
static int parse_integer(struct word word, int64_t *number)
{
    bool is_negative = word.length > 0 && word.bytes[0] == '-';
    size_t place = word.length > 0 && (is_negative || word.bytes[0] == '+');
    bool overflows = false;
    int64_t value = 0;
    if (place == word.length)
        return -EINVAL;
    for (; place < word.length; place++) {
        int digit = word.bytes[place] - '0';
        if (digit < 0 || digit > 9)
            return -EINVAL;
        /* Downwards from 0 for a negative one: INT64_MIN has no positive twin. */
        overflows |= __builtin_mul_overflow(value, 10, &value);
        overflows |= __builtin_add_overflow(value, is_negative ? -digit : digit, &value);
    }
    *number = value;
    return overflows ? -ERANGE : 0;
}

static void say_overflow(int64_t total, char *reply)
{
    snprintf(reply, COMMAND_REPLY_MAX, "Overflow. The total is still %" PRId64 "\n", total);
}

static void add(int64_t *total, struct word argument, char *reply)
{
    int64_t number, sum;
    int rc = parse_integer(argument, &number);
    if (rc == -EINVAL) {
        snprintf(reply, COMMAND_REPLY_MAX, "Invalid add command. Usage: add <number>\n");
    } else if (rc < 0 || __builtin_add_overflow(*total, number, &sum)) {
        say_overflow(*total, reply);
    } else {
        *total = sum;
        snprintf(reply, COMMAND_REPLY_MAX, "Current total: %" PRId64 "\n", *total);
    }
}

static void multiply(int64_t *total, struct word argument, char *reply)
{
    int64_t number, product;
    int rc = parse_integer(argument, &number);
    if (rc == -EINVAL) {
        snprintf(reply, COMMAND_REPLY_MAX, "Invalid multiply command. Usage: multiply <number>\n");
    } else if (rc < 0 || __builtin_mul_overflow(*total, number, &product)) {
        say_overflow(*total, reply);
    } else {
        *total = product;
        snprintf(reply, COMMAND_REPLY_MAX, "Current total after multiplication: %" PRId64 "\n",
                 *total);
    }
}

static void reset(int64_t *total, struct word argument, char *reply)
{
    (void)argument;
    *total = 0;
    snprintf(reply, COMMAND_REPLY_MAX, "Total has been reset to 0.\n");
}

static const struct command {
    const char *name;
    void (*run)(int64_t *total, struct word argument, char *reply); /* NULL: shutdown */
} commands[] = {
    {"add", add},
    {"multiply", multiply},
    {"reset", reset},
    {"shutdown", NULL},
};

static const struct command *find_command(struct word name)
{
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        if (strlen(commands[i].name) == name.length &&
            memcmp(commands[i].name, name.bytes, name.length) == 0)
            return &commands[i];
    return NULL;
}

enum command_result command_run(int64_t *total, const char *line, size_t length,
                                char reply[COMMAND_REPLY_MAX])
{
    struct word rest = {line, length};
    struct word name = next_word(&rest);
    reply[0] = '\0';
    if (name.length == 0)
        return COMMAND_IGNORED;
    const struct command *command = find_command(name);
    if (command && !command->run)
        return COMMAND_SHUTDOWN;
    if (command)
        command->run(total, next_word(&rest), reply);
    else
        snprintf(reply, COMMAND_REPLY_MAX,
                 "Unknown command. Available commands: add <number>, multiply <number>, reset, "
                 "shutdown\n");
    return COMMAND_ANSWERED;
}
