/* test_setup.c - common/setup.sh on made-up machines: a PATH of a few scripts that write down how
 * they were called. Nothing is installed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "folder.h"
#include "process.h"
#include "unit.h"

#define LIBUV_COMMAND                                                                     \
    "env RUNLEVEL=1 SYSTEMD_OFFLINE=1 DEBIAN_FRONTEND=noninteractive apt-get install -y " \
    "--no-install-recommends -o DPkg::Lock::Timeout=300 libuv1-dev"

/* A machine where everything is there: the programs do nothing, pkg-config knows every library
 * that is not in the file `unknown`, and an installation makes that file empty. */
static int make_machine(void **state)
{
    static const char *const programs[] = {"gcc", "make", "curl", "nc", "redis-server"};
    char script[400];

    if (folder_make(state) < 0)
        return -1;
    for (size_t i = 0; i < sizeof programs / sizeof *programs; i++) {
        snprintf(script, sizeof script, "bin/%s", programs[i]);
        folder_add_script(script, "");
    }
    folder_add_script("bin/cat", "exec /bin/cat \"$@\"");
    folder_add_script("bin/env", "exec /usr/bin/env \"$@\"");
    folder_add_script("bin/id", "echo 0");
    snprintf(script, sizeof script, "! /bin/grep -qsx \"$2\" %s", folder_path("unknown"));
    folder_add_script("bin/pkg-config", script);
    return 0;
}

static void lose_library(const char *name)
{
    char script[300];

    snprintf(script, sizeof script, "echo %s >>%s", name, folder_path("unknown"));
    assert_int_equal(system(script), 0);
}

/* A program that writes its arguments and the environment that matters to FOLDER/log, and then does
 * `then`. */
static void add_recorder(const char *name, const char *then)
{
    char path[64], script[600];

    snprintf(path, sizeof path, "bin/%s", name);
    snprintf(script, sizeof script, "echo \"%s $* RUNLEVEL=$RUNLEVEL\" >>%s\n%s", name,
             folder_path("log"), then);
    folder_add_script(path, script);
}

/* An installer that brings what was missing. */
static void add_installer(const char *name)
{
    char then[200];

    snprintf(then, sizeof then, "[ \"$2\" = --simulate ] || : >%s", folder_path("unknown"));
    add_recorder(name, then);
}

static struct process *set_up(const char *option, const char *value)
{
    char path[300], script[300];
    const char *const environment[] = {path, "CC=gcc", NULL};

    snprintf(path, sizeof path, "PATH=%s", folder_path("bin"));
    snprintf(script, sizeof script, "%s/common/setup.sh", getenv("ROOT"));
    const char *const argv[] = {"/bin/sh", script, option, value, NULL};
    return process_start_argv(argv, environment);
}

static void assert_says(struct process *setup, const char *text)
{
    if (strstr(process_stderr(setup), text) == NULL)
        fail_msg("\"%s\" is not in:\n%s", text, process_stderr(setup));
}

static void it_is_silent_when_nothing_is_missing(void **state)
{
    struct process *setup = set_up(NULL, NULL);

    (void)state;
    assert_int_equal(process_wait(setup), 0);
    assert_string_equal(process_stdout(setup), "");
    assert_string_equal(process_stderr(setup), "");
}

static void it_says_what_it_installs_and_how(void **state)
{
    struct process *setup;

    (void)state;
    add_installer("apt-get");
    lose_library("libuv");
    setup = set_up(NULL, NULL);
    assert_int_equal(process_wait(setup), 0);
    assert_says(setup, "setup: missing: libuv\nsetup: installing by: " LIBUV_COMMAND "\n");
    assert_string_equal(folder_text("log"),
                        "apt-get install --simulate libuv1-dev RUNLEVEL=\n"
                        "apt-get install -y --no-install-recommends -o DPkg::Lock::Timeout=300 "
                        "libuv1-dev RUNLEVEL=1\n");
}

static void it_fetches_the_list_of_packages_when_that_is_empty(void **state)
{
    char then[300];

    (void)state;
    snprintf(then, sizeof then, "case $1$2 in update) ;; *--simulate) exit 100 ;; *) : >%s ;; esac",
             folder_path("unknown"));
    add_recorder("apt-get", then);
    lose_library("libuv");
    assert_int_equal(process_wait(set_up(NULL, NULL)), 0);
    assert_non_null(strstr(folder_text("log"), "\napt-get update RUNLEVEL=\napt-get install -y"));
}

static void it_only_says_with_check(void **state)
{
    struct process *setup;

    (void)state;
    add_installer("apt-get");
    lose_library("libuv");
    lose_library("cmocka");
    setup = set_up("--check", NULL);
    assert_int_equal(process_wait(setup), 1);
    assert_says(setup, "setup: missing: libuv cmocka\n");
    assert_says(setup, "    " LIBUV_COMMAND " libcmocka-dev\n");
    assert_string_equal(folder_text("log"), "");
}

static void it_prints_the_command_when_it_may_not_install(void **state)
{
    struct process *setup;

    (void)state;
    add_installer("apt-get");
    folder_add_script("bin/id", "echo 1000");
    lose_library("libuv");
    setup = set_up(NULL, NULL);
    assert_int_equal(process_wait(setup), 1);
    assert_says(setup, "as root:\n    " LIBUV_COMMAND "\n");
    assert_string_equal(folder_text("log"), "");
}

static void it_uses_sudo_when_not_root(void **state)
{
    (void)state;
    add_installer("apt-get");
    add_recorder("sudo", "[ \"$1\" = -n ] || \"$@\"");
    folder_add_script("bin/id", "echo 1000");
    lose_library("libuv");
    assert_int_equal(process_wait(set_up(NULL, NULL)), 0);
    assert_non_null(strstr(folder_text("log"), "sudo " LIBUV_COMMAND));
}

static void it_does_not_wait_for_a_password_without_a_terminal(void **state)
{
    struct process *setup;

    (void)state;
    add_installer("apt-get");
    folder_add_script("bin/sudo", "exit 1");
    folder_add_script("bin/id", "echo 1000");
    lose_library("libuv");
    setup = set_up(NULL, NULL);
    assert_int_equal(process_wait(setup), 1);
    assert_says(setup, "    " LIBUV_COMMAND "\n");
}

static void it_says_when_the_installation_fails(void **state)
{
    struct process *setup;

    (void)state;
    add_recorder("apt-get", "echo E: no network >&2; exit 100");
    lose_library("libuv");
    setup = set_up(NULL, NULL);
    assert_int_equal(process_wait(setup), 1);
    assert_says(setup, "E: no network\n");
    assert_says(setup, "setup: that failed.");
}

static void it_says_when_something_is_missing_still(void **state)
{
    struct process *setup;

    (void)state;
    add_recorder("apt-get", "");
    lose_library("libuv");
    setup = set_up(NULL, NULL);
    assert_int_equal(process_wait(setup), 1);
    assert_says(setup, "setup: still missing after the installation: libuv\n");
}

static void it_knows_dnf_and_pacman(void **state)
{
    (void)state;
    add_installer("dnf");
    lose_library("libuv");
    assert_int_equal(process_wait(set_up(NULL, NULL)), 0);
    assert_string_equal(folder_text("log"), "dnf install -y libuv-devel RUNLEVEL=\n");
    assert_int_equal(remove(folder_path("bin/dnf")), 0);
    add_installer("pacman");
    lose_library("sqlite3");
    assert_int_equal(process_wait(set_up(NULL, NULL)), 0);
    assert_non_null(
        strstr(folder_text("log"), "pacman -S --needed --noconfirm sqlite RUNLEVEL=\n"));
}

static void it_says_when_there_is_no_installer(void **state)
{
    struct process *setup;

    (void)state;
    lose_library("jansson");
    setup = set_up(NULL, NULL);
    assert_int_equal(process_wait(setup), 1);
    assert_says(setup, "missing: jansson\nsetup: there is no apt-get, dnf or pacman here");
}

static void it_installs_further_parts_when_asked(void **state)
{
    struct process *setup;

    (void)state;
    add_installer("apt-get");
    setup = set_up("--with", "ci");
    assert_int_equal(process_wait(setup), 1); /* this installer brings no programs */
    assert_says(setup, "setup: missing: clang clang-format gdb valgrind strace qemu-aarch64 "
                       "aarch64-linux-gnu-gcc\n");
    assert_says(setup, " clang clang-format gdb valgrind strace qemu-user gcc-aarch64-linux-gnu "
                       "libc6-dev-arm64-cross\n");
}

static void it_refuses_what_it_does_not_know(void **state)
{
    struct process *setup = set_up("--wiht", "databases");

    (void)state;
    assert_int_equal(process_wait(setup), 2);
    assert_says(setup, "setup: '--wiht' is no option of it\nusage: ");
    setup = set_up("--with", "database");
    assert_int_equal(process_wait(setup), 2);
    assert_says(setup, "setup: --with: 'database' is neither databases nor ci\n");
    assert_int_equal(process_wait(set_up("--with", NULL)), 2);
    assert_int_equal(process_wait(set_up("--help", NULL)), 0);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, make_machine, folder_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(it_is_silent_when_nothing_is_missing),
        TEST(it_says_what_it_installs_and_how),
        TEST(it_fetches_the_list_of_packages_when_that_is_empty),
        TEST(it_only_says_with_check),
        TEST(it_prints_the_command_when_it_may_not_install),
        TEST(it_uses_sudo_when_not_root),
        TEST(it_does_not_wait_for_a_password_without_a_terminal),
        TEST(it_says_when_the_installation_fails),
        TEST(it_says_when_something_is_missing_still),
        TEST(it_knows_dnf_and_pacman),
        TEST(it_says_when_there_is_no_installer),
        TEST(it_installs_further_parts_when_asked),
        TEST(it_refuses_what_it_does_not_know),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
