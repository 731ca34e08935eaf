/* curl_error.c - what libcurl says went wrong, in the language of the rest of this course. */
#include <errno.h>

#include "curl_bridge.h"

/* libcurl keeps the errno of the call that failed; 0 when there was none, as when the peer simply
 * ended. */
static int os_error(CURL *easy, int otherwise)
{
    long error = 0;
    if (curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &error) == CURLE_OK && error != 0)
        return -(int)error;
    return otherwise;
}

int curl_error(CURL *easy, CURLcode code)
{
    switch (code) {
    case CURLE_OK:
        return 0;
    case CURLE_COULDNT_CONNECT:
        return os_error(easy, -ECONNREFUSED);
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
        return os_error(easy, -ECONNRESET);
    case CURLE_GOT_NOTHING:  /* closed without an answer */
    case CURLE_PARTIAL_FILE: /* closed before its end */
        return -ECONNRESET;
    case CURLE_COULDNT_RESOLVE_HOST:
        return -ENXIO;
    case CURLE_OPERATION_TIMEDOUT:
        return -ETIMEDOUT;
    case CURLE_URL_MALFORMAT:
        return -EINVAL;
    case CURLE_UNSUPPORTED_PROTOCOL: /* another scheme, or an answer that is no HTTP/1 */
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_BAD_CONTENT_ENCODING:
        return -EPROTO;
    case CURLE_FILESIZE_EXCEEDED:
        return -EFBIG;
    case CURLE_OUT_OF_MEMORY:
        return -ENOMEM;
    default:
        return -EIO;
    }
}
