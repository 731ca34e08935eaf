/* http_head.c - what the lines of a head say, and which heads are refused (RFC 9112, 2 to 6).
 *
 * Two readers of one message who disagree about where it ends can be played against each other
 * (request smuggling). So whatever could be read in two ways is an error here, never a guess.
 */
#include "http_lines.h"

#include <string.h>
#include <strings.h>

enum seen_field {
    SEEN_CONTENT_LENGTH = 1,
    SEEN_HOST = 2,
    SEEN_CODING = 4,
    SEEN_OTHER_CODING = 8,
    SEEN_CLOSE = 16,
    SEEN_KEEP_ALIVE = 32
};

int http_fail(struct http_parser *parser, int status, const char *text)
{
    parser->error = status;
    parser->error_text = text;
    return -1;
}

bool http_is_token_byte(unsigned char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           (c != '\0' && strchr("!#$%&'*+-.^_`|~", c));
}

static bool is_token(const char *text)
{
    if (*text == '\0')
        return false;
    for (; *text; text++)
        if (!http_is_token_byte((unsigned char)*text))
            return false;
    return true;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* ---- The first line ------------------------------------------------------------------------ */

static int take_version(struct http_parser *parser, const char *version)
{
    if (strlen(version) != 8 || strncmp(version, "HTTP/", 5) != 0 || !is_digit(version[5]) ||
        version[6] != '.' || !is_digit(version[7]))
        return http_fail(parser, 400, "malformed HTTP version");
    if (version[5] != '1')
        return http_fail(parser, 505, "only HTTP/1.0 and HTTP/1.1 are spoken here");
    parser->head.minor_version = version[7] - '0';
    parser->head.keep_alive = parser->head.minor_version >= 1;
    return 0;
}

/* The four forms of RFC 9112 3.2. Bytes over 127 are let through, as most servers do: people type
 * such addresses, and nothing about the framing depends on them. */
static bool target_is_valid(const char *method, const char *target)
{
    for (const char *c = target; *c; c++)
        if (*c == ' ' || *c == '\t')
            return false;
    if (strcmp(method, "CONNECT") == 0)
        return strchr(target, ':') != NULL && strchr(target, '/') == NULL;
    if (strcmp(target, "*") == 0)
        return strcmp(method, "OPTIONS") == 0;
    if (target[0] == '/')
        return true;
    const char *host = strstr(target, "://");
    return host != NULL &&
           (strncasecmp(target, "http:", 5) == 0 || strncasecmp(target, "https:", 6) == 0) &&
           host[3] != '\0' && host[3] != '/';
}

/* The version comes first: what is wrong with the rest can be said of our own version only. */
static int take_request_line(struct http_parser *parser, char *line)
{
    char *first = strchr(line, ' '), *last = strrchr(line, ' ');
    if (first == NULL || first == last)
        return http_fail(parser, 400, "a request line has three parts: method, target, version");
    *first = *last = '\0';
    parser->head.method = line;
    parser->head.target = first + 1;
    if (take_version(parser, last + 1) < 0)
        return -1;
    if (!is_token(line))
        return http_fail(parser, 400, "malformed method");
    if (!target_is_valid(line, first + 1))
        return http_fail(parser, 400, "malformed request target");
    return 0;
}

static int take_status_line(struct http_parser *parser, char *line)
{
    char *code = strchr(line, ' ');
    if (code == NULL)
        return http_fail(parser, 400, "malformed status line");
    *code++ = '\0';
    if (take_version(parser, line) < 0)
        return -1;
    if (code[0] < '1' || code[0] > '5' || !is_digit(code[1]) || !is_digit(code[2]) ||
        code[3] != ' ')
        return http_fail(parser, 400, "malformed status code");
    parser->head.status = (code[0] - '0') * 100 + (code[1] - '0') * 10 + (code[2] - '0');
    parser->head.reason = code + 4;
    return 0;
}

int http_head_first_line(struct http_parser *parser, char *line)
{
    parser->seen = 0;
    parser->head = (struct http_head){.content_length = -1, .minor_version = -1};
    return parser->kind == HTTP_REQUEST ? take_request_line(parser, line)
                                        : take_status_line(parser, line);
}

/* ---- The fields that framing depends on ---------------------------------------------------- */

static int take_content_length(struct http_parser *parser, const char *value)
{
    int64_t length = 0;
    if (parser->seen & SEEN_CONTENT_LENGTH)
        return http_fail(parser, 400, "Content-Length is given twice");
    parser->seen |= SEEN_CONTENT_LENGTH;
    if (*value == '\0')
        return http_fail(parser, 400, "Content-Length is empty");
    for (; *value; value++) {
        if (!is_digit(*value))
            return http_fail(parser, 400, "Content-Length is not a whole number");
        if (length > (INT64_MAX - 9) / 10)
            return http_fail(parser, 400, "Content-Length is too large for any body");
        length = length * 10 + (*value - '0');
    }
    parser->head.content_length = length;
    return 0;
}

static int take_transfer_encoding(struct http_parser *parser, const char *value)
{
    if ((parser->seen & SEEN_CODING) || strcasecmp(value, "chunked") != 0)
        parser->seen |= SEEN_OTHER_CODING;
    parser->seen |= SEEN_CODING;
    return 0;
}

/* uri-host [":" port]; it may be empty (RFC 9110 7.2). */
static bool host_is_valid(const char *host)
{
    const char *c = host;
    if (*c == '[') {
        c++;
        c += strspn(c, "0123456789abcdefABCDEF:.%vV-_~!$&'()*+,;=");
        if (*c++ != ']')
            return false;
    } else {
        while (http_is_token_byte((unsigned char)*c) || (*c && strchr("(),;=", *c)))
            c++;
        c = strpbrk(host, "#^`|") ? host : c;
    }
    if (*c == ':')
        c += 1 + strspn(c + 1, "0123456789");
    return *c == '\0';
}

static int take_host(struct http_parser *parser, const char *value)
{
    if (parser->seen & SEEN_HOST)
        return http_fail(parser, 400, "Host is given twice");
    parser->seen |= SEEN_HOST;
    return host_is_valid(value) ? 0 : http_fail(parser, 400, "malformed Host");
}

/* A list of tokens, perhaps over several fields. */
static int take_connection(struct http_parser *parser, const char *value)
{
    while (*value) {
        value += strspn(value, " \t,");
        size_t length = strcspn(value, " \t,");
        if (length == 5 && strncasecmp(value, "close", 5) == 0)
            parser->seen |= SEEN_CLOSE;
        if (length == 10 && strncasecmp(value, "keep-alive", 10) == 0)
            parser->seen |= SEEN_KEEP_ALIVE;
        value += length;
    }
    return 0;
}

static int take_expect(struct http_parser *parser, const char *value)
{
    parser->head.expect_continue = strcasecmp(value, "100-continue") == 0;
    return 0;
}

static const struct {
    const char *name;
    bool requests_only;
    int (*take)(struct http_parser *parser, const char *value);
} KNOWN_FIELDS[] = {
    {"Content-Length", false, take_content_length},
    {"Transfer-Encoding", false, take_transfer_encoding},
    {"Host", true, take_host},
    {"Connection", false, take_connection},
    {"Expect", true, take_expect},
};

/* ---- Any field ----------------------------------------------------------------------------- */

static char *trim(char *value)
{
    value += strspn(value, " \t");
    size_t length = strlen(value);
    while (length > 0 && (value[length - 1] == ' ' || value[length - 1] == '\t'))
        length--;
    value[length] = '\0';
    return value;
}

int http_head_field_line(struct http_parser *parser, char *line)
{
    if (line[0] == ' ' || line[0] == '\t')
        return http_fail(parser, 400, "a folded field");
    char *colon = strchr(line, ':');
    if (colon == NULL)
        return http_fail(parser, 400, "a field without a colon");
    *colon = '\0';
    if (!is_token(line))
        return http_fail(parser, 400, "malformed field name");
    if (parser->head.field_count == HTTP_MAX_FIELDS)
        return http_fail(parser, 431, "too many fields");

    struct http_field *field = &parser->head.fields[parser->head.field_count++];
    *field = (struct http_field){.name = line, .value = trim(colon + 1)};
    for (size_t i = 0; i < sizeof KNOWN_FIELDS / sizeof KNOWN_FIELDS[0]; i++)
        if (strcasecmp(line, KNOWN_FIELDS[i].name) == 0 &&
            (parser->kind == HTTP_REQUEST || !KNOWN_FIELDS[i].requests_only))
            return KNOWN_FIELDS[i].take(parser, field->value);
    return 0;
}

int http_head_finish(struct http_parser *parser)
{
    struct http_head *head = &parser->head;
    if ((parser->seen & SEEN_CODING) && (parser->seen & SEEN_CONTENT_LENGTH))
        return http_fail(parser, 400, "both Transfer-Encoding and Content-Length");
    if ((parser->seen & SEEN_CODING) && head->minor_version == 0)
        return http_fail(parser, 400, "Transfer-Encoding in HTTP/1.0");
    if (parser->seen & SEEN_OTHER_CODING)
        return http_fail(parser, 501, "the only transfer coding known here is chunked");
    if (parser->kind == HTTP_REQUEST && head->minor_version >= 1 && !(parser->seen & SEEN_HOST))
        return http_fail(parser, 400, "no Host");

    head->chunked = parser->seen & SEEN_CODING;
    if (parser->seen & SEEN_KEEP_ALIVE)
        head->keep_alive = true;
    if (parser->seen & SEEN_CLOSE)
        head->keep_alive = false;
    if (head->minor_version == 0)
        head->expect_continue = false; /* RFC 9110 10.1.1: ignored there */
    return 0;
}

const char *http_field(const struct http_head *head, const char *name)
{
    for (int i = 0; i < head->field_count; i++)
        if (strcasecmp(head->fields[i].name, name) == 0)
            return head->fields[i].value;
    return NULL;
}
