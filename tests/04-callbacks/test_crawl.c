/* The crawler: the links of a page, where they lead, and a whole site. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client.h"
#include "links.h"
#include "net.h"
#include "process.h"
#include "site.h"
#include "unit.h"

/* ---- Links --------------------------------------------------------------------------------- */

/* `expected`: the links, each followed by "|". The page ends where the memory does. */
static void expect_links(const char *html, const char *expected)
{
    size_t length = strlen(html), place = 0;
    char found[300] = "", *page = malloc(length ? length : 1);
    struct link link;
    assert_non_null(page);
    memcpy(page, html, length);
    while ((link = links_next(page, length, &place)).bytes)
        snprintf(found + strlen(found), sizeof found - strlen(found), "%.*s|", (int)link.length,
                 link.bytes);
    assert_string_equal(found, expected);
    free(page);
}

static void links_are_found(void **state)
{
    (void)state;
    expect_links("", "");
    expect_links("no link, 1 < 2, <b>bold</b>", "");
    expect_links("<a href=\"one\">1</a> <A HREF='two'>2</A>", "one|two|");
    expect_links("<a\n class=x\n href=three id=y><a href=four>", "three|four|");
    expect_links("<a name=x><abbr href=no><a xhref=no><link href=no>", "");
    expect_links("<a href=\"\">", "|");
    expect_links("<p>>><a href=\"a b\">", "a b|");
}

static void a_page_cut_anywhere(void **state)
{
    (void)state;
    static const char page[] = "<a href=\"one\">1</a><a href='two'><a href=three>";
    for (size_t length = 0; length < sizeof page; length++) {
        char *copy = malloc(length ? length : 1);
        size_t place = 0;
        assert_non_null(copy);
        memcpy(copy, page, length);
        while (links_next(copy, length, &place).bytes)
            assert_true(place <= length);
        free(copy);
    }
}

static void expect_resolved(const char *base, const char *link, const char *expected)
{
    char *url = link_resolve(base, (struct link){link, strlen(link)});
    if (expected)
        assert_string_equal(url, expected);
    else
        assert_null(url);
    free(url);
}

static void where_links_lead(void **state)
{
    (void)state;
    static const char base[] = "http://localhost:8000/one/two.html?x=1";
    expect_resolved(base, "three.html", "http://localhost:8000/one/three.html");
    expect_resolved(base, "../up", "http://localhost:8000/up");
    expect_resolved(base, "/root", "http://localhost:8000/root");
    expect_resolved(base, "?y=2&amp;z=3", "http://localhost:8000/one/two.html?y=2&z=3");
    expect_resolved(base, "#part", base);
    expect_resolved(base, "", base);
    expect_resolved(base, "other#part", "http://localhost:8000/one/other");
    expect_resolved(base, "http://LOCALHOST:8000/a", "http://LOCALHOST:8000/a");
    expect_resolved(base, "//localhost:8000/a", "http://localhost:8000/a");
    expect_resolved(base, "http://localhost/a", NULL);
    expect_resolved(base, "https://localhost:8000/a", NULL);
    expect_resolved(base, "http://elsewhere:8000/a", NULL);
    expect_resolved(base, "mailto:somebody", NULL);
    expect_resolved("http://localhost/", "http://localhost:80/a", "http://localhost:80/a");
    expect_resolved("nonsense://[", "", NULL);
    assert_null(link_resolve(base, (struct link){"a\0b", 3}));
}

/* ---- A site -------------------------------------------------------------------------------- */

static struct process *crawl(const struct site *site, const char *target, const char *option)
{
    char url[100];
    snprintf(url, sizeof url, "http://127.0.0.1:%u%s", site->port, target);
    return process_start(program_path("04-callbacks/crawl"), url, option, NULL);
}

/* The output, with the URL of the site as "SITE". Valid until the next call. */
static const char *words_of(struct process *program, const struct site *site)
{
    static char words[4096];
    char url[40];
    const char *out = process_stdout(program), *found;
    size_t length = 0;
    snprintf(url, sizeof url, "http://127.0.0.1:%u", site->port);
    while ((found = strstr(out, url))) {
        length += (size_t)snprintf(words + length, sizeof words - length, "%.*sSITE",
                                   (int)(found - out), out);
        out = found + strlen(url);
    }
    snprintf(words + length, sizeof words - length, "%s", out);
    return words;
}

static const struct site_page pages[] = {
    {"/", 200, "text/html",
     "<a href=/late> <a href=/b> <a href=/#again> <a href=/gone> <a href=/late#twice> "
     "<a href=http://127.0.0.2/> <a href=/moved>"},
    {"/late", 200, "text/html; charset=utf-8", "late\n\x01<a href=/c>"},
    {"/b", 200, "text/plain", "<a href=/not-followed>"},
    {"/moved", 302, NULL, "/d"},
    {"/c", 200, "text/html", "<a href=/> <a href=/b>"},
    {"/d", 200, "text/html",
     "0123456789012345678901234567890123456789012345678901234567890123456789"
     "01234567890123456789012345678\xC3\xA9 and more"},
    {NULL, 0, NULL, NULL},
};

/* "/late" is answered after "/b", and yet printed before it; nothing is fetched twice. */
static void in_the_order_of_asking(void **state)
{
    (void)state;
    struct site site;
    site_open(&site, pages);
    struct process *program = crawl(&site, "", NULL);
    assert_int_equal(process_wait(program), 0);
    const char *words = words_of(program, &site);
    const char *urls[] = {
        "1 SITE/: 200, 122 bytes\n", "2 SITE/late: 200, 17 bytes\n  late  <a href=/c>\n",
        "3 SITE/b: 200, 22 bytes\n  <a href=/not-followed>\n",
        "4 SITE/gone: 404, 12 bytes\n  no such page\n", "5 SITE/moved: 302, 0 bytes\n  \n"};
    for (size_t i = 0; i < sizeof urls / sizeof urls[0]; i++) {
        const char *found = strstr(words, urls[i]);
        if (!found)
            fail_msg("%snot in\n%s", urls[i], process_stdout(program));
        words = found + 1;
    }
    assert_non_null(strstr(words, "SITE/c: 200"));
    assert_non_null(strstr(words, "SITE/d: 200, 110 bytes\n  0123"));
    assert_non_null(strstr(words, "45678\n")); /* not half a letter */
    process_free(program);
    assert_int_equal(site_close(&site), 7);
}

static void no_more_pages_than_asked_for(void **state)
{
    (void)state;
    struct site site;
    site_open(&site, pages);
    struct process *program = crawl(&site, "/", "--pages=2");
    assert_non_null(program);
    /* "/late" waits for another request: here it is. */
    site_wait_for_late(&site);
    struct answer answer;
    http_get(site.port, "/b", &answer);
    answer_free(&answer);
    assert_int_equal(process_wait(program), 0);
    assert_null(strstr(words_of(program, &site), "SITE/b"));
    process_free(program);
    assert_int_equal(site_close(&site), 3);
}

static void pages_that_cannot_be_had(void **state)
{
    (void)state;
    static const struct site_page bad[] = {
        {"/", 200, "text/html", "<a href=/closes><a href=/ok>"},
        {"/closes", 0, NULL, NULL},
        {"/ok", 200, "text/html", "fine"},
        {NULL, 0, NULL, NULL},
    };
    struct site site;
    site_open(&site, bad);
    struct process *program = crawl(&site, "/", NULL);
    assert_int_equal(process_wait(program), 1);
    const char *words = words_of(program, &site);
    assert_non_null(strstr(words, "2 SITE/closes: ECONNRESET"));
    assert_non_null(strstr(words, "3 SITE/ok: 200, 4 bytes\n  fine\n"));
    process_free(program);
    site_close(&site);
    program = crawl(&site, "/", NULL);
    assert_int_equal(process_wait(program), 1);
    assert_non_null(strstr(words_of(program, &site), "1 SITE/: ECONNREFUSED"));
    process_free(program);
}

/* In the middle of a page. */
static void interrupted(void **state)
{
    (void)state;
    struct site site;
    site_open(&site, pages);
    struct process *program = crawl(&site, "/", "--at-once=1"); /* "/late" is waited for */
    site_wait_for_late(&site);
    process_signal(program, SIGINT);
    assert_int_equal(process_wait(program), 128 + SIGINT);
    assert_string_equal(process_stderr(program), "");
    process_free(program);
    site_close(&site);
}

static void bad_arguments(void **state)
{
    (void)state;
    static const char *const arguments[][3] = {
        {NULL, NULL, "URL"},
        {"http://127.0.0.1:1/", "http://127.0.0.1:2/", "\"http://127.0.0.1:2/\""},
        {"--pages=none", NULL, "\"none\""},
        {"--at-once=0", NULL, "\"0\""},
    };
    for (size_t i = 0; i < sizeof arguments / sizeof arguments[0]; i++) {
        struct process *program = process_start(program_path("04-callbacks/crawl"), arguments[i][0],
                                                arguments[i][1], NULL);
        assert_int_equal(process_wait(program), 2);
        assert_non_null(strstr(process_stderr(program), arguments[i][2]));
        process_free(program);
    }
    struct process *program = process_start(program_path("04-callbacks/crawl"), "http://[", NULL);
    assert_int_equal(process_wait(program), 1);
    assert_non_null(strstr(process_stderr(program), "\"http://[\""));
    process_free(program);
}

int main(void)
{
    net_ignore_sigpipe();
#define TEST(function) cmocka_unit_test_teardown(function, process_teardown)
    const struct CMUnitTest tests[] = {
        TEST(links_are_found),
        TEST(a_page_cut_anywhere),
        TEST(where_links_lead),
        TEST(in_the_order_of_asking),
        TEST(no_more_pages_than_asked_for),
        TEST(pages_that_cannot_be_had),
        TEST(interrupted),
        TEST(bad_arguments),
    };
    return cmocka_run_group_tests_name("crawl", tests, NULL, NULL);
}
