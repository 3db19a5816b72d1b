/* http_event: from libcurl's result codes to our events, with a sentence.
 *
 * A table maps what maps one to one; connecting, receiving and TLS need a
 * second look.
 */
#include "iceberg/http_event.h"

#include <errno.h>
#include <openssl/x509_vfy.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
    CURLcode code;
    enum ice_event event;
} codes[] = {
    {CURLE_OK, ICE_EV_ANSWER},
    {CURLE_COULDNT_RESOLVE_PROXY, ICE_EV_UNREACHABLE},
    {CURLE_COULDNT_RESOLVE_HOST, ICE_EV_UNREACHABLE},
    {CURLE_SSL_CONNECT_ERROR, ICE_EV_TLS_CUT},
    {CURLE_PEER_FAILED_VERIFICATION, ICE_EV_TLS_BAD},
    {CURLE_SSL_CACERT_BADFILE, ICE_EV_TLS_BAD},
    {CURLE_SSL_CERTPROBLEM, ICE_EV_TLS_BAD},
    {CURLE_SSL_CIPHER, ICE_EV_TLS_BAD},
    {CURLE_SSL_ISSUER_ERROR, ICE_EV_TLS_BAD},
    {CURLE_SSL_INVALIDCERTSTATUS, ICE_EV_TLS_BAD},
    {CURLE_GOT_NOTHING, ICE_EV_RESET},
    {CURLE_SEND_ERROR, ICE_EV_RESET},
    {CURLE_PARTIAL_FILE, ICE_EV_CUT},
    {CURLE_URL_MALFORMAT, ICE_EV_LOCAL},
    {CURLE_OUT_OF_MEMORY, ICE_EV_HEAD_HUGE}, /* one line of 100 KiB */
};

static const struct {
    long result;
    const char *says;
} checks[] = {
    {X509_V_ERR_CERT_HAS_EXPIRED, "the server's certificate has expired"},
    {X509_V_ERR_CERT_NOT_YET_VALID, "the server's certificate is not valid "
                                    "yet"},
    {X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT,
     "the issuer of the server's certificate is not trusted (self-signed)"},
    {X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN,
     "the issuer of the server's certificate is not trusted"},
    {X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT,
     "the issuer of the server's certificate is not trusted"},
    {X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
     "the issuer of the server's certificate is not trusted"},
    {X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE,
     "the issuer of the server's certificate is not trusted"},
};

void ice__event_set(struct ice_answer *a, enum ice_event event, const char *fmt,
                    ...)
{
    va_list ap;

    a->event = event;
    va_start(ap, fmt);
    vsnprintf(a->cause, sizeof(a->cause), fmt, ap);
    va_end(ap);
}

const char *ice__event_says(enum ice_event event)
{
    switch (event) {
    case ICE_EV_CONNECT_TIMEOUT:
        return "the connection could not be made in time";
    case ICE_EV_FIRST_BYTE_TIMEOUT:
        return "the server sent no byte of an answer in time";
    case ICE_EV_IDLE_TIMEOUT:
        return "the server stopped in the middle of its answer";
    case ICE_EV_REQUEST_TIMEOUT:
        return "the answer did not end in time";
    case ICE_EV_DEADLINE:
        return "the call's time is over";
    case ICE_EV_CANCELLED:
        return "cancelled";
    default:
        return "the request failed";
    }
}

static enum ice_event plain_event(const struct ice_ending *end)
{
    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
        if (codes[i].code == end->code)
            return codes[i].event;
    return end->connected ? ICE_EV_BAD_HTTP : ICE_EV_LOCAL;
}

static bool refused(const struct ice_ending *end)
{
    long os = 0;

    curl_easy_getinfo(end->easy, CURLINFO_OS_ERRNO, &os);
    return os == ECONNREFUSED;
}

/* libcurl has one code for a reset and for a chunk that is none; only its
 * sentence tells them apart. */
static enum ice_event receive_event(const struct ice_ending *end)
{
    if (!end->connected)
        return ICE_EV_TLS_CUT;
    if (strstr(end->error, "chunk") || strstr(end->error, "hexadecimal") ||
        strstr(end->error, "Invalid") || strstr(end->error, "Malformed"))
        return ICE_EV_BAD_HTTP;
    if (strstr(end->error, "Too large response headers"))
        return ICE_EV_HEAD_HUGE;
    return end->head_ended ? ICE_EV_CUT : ICE_EV_RESET;
}

static const char *tls_says(const struct ice_ending *end)
{
    long result = 0;

    if (!end->name_tls_check)
        return "TLS failed";
    if (end->code == CURLE_SSL_CACERT_BADFILE)
        return "the CA file cannot be read";
    if (strstr(end->error, "match"))
        return "the server's certificate is for another name";
    curl_easy_getinfo(end->easy, CURLINFO_SSL_VERIFYRESULT, &result);
    for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++)
        if (checks[i].result == result)
            return checks[i].says;
    return "the server's certificate failed a check";
}

static enum ice_event event_of(const struct ice_ending *end)
{
    switch (end->code) {
    case CURLE_COULDNT_CONNECT:
        return refused(end) ? ICE_EV_REFUSED : ICE_EV_UNREACHABLE;
    case CURLE_OPERATION_TIMEDOUT:
        return end->connected ? ICE_EV_REQUEST_TIMEOUT : ICE_EV_CONNECT_TIMEOUT;
    case CURLE_RECV_ERROR:
        return receive_event(end);
    case CURLE_WRITE_ERROR:
        if (end->head_huge)
            return ICE_EV_HEAD_HUGE;
        return end->body_huge ? ICE_EV_BODY_HUGE : ICE_EV_BAD_HTTP;
    default:
        return plain_event(end);
    }
}

void ice__event_of(const struct ice_ending *end, struct ice_answer *a)
{
    enum ice_event event = event_of(end);
    const char *says =
        end->error[0] ? end->error : curl_easy_strerror(end->code);

    if (event == ICE_EV_ANSWER)
        ice__event_set(a, event, "%s", "");
    else if (event == ICE_EV_TLS_BAD)
        ice__event_set(a, event, "%s%s%s%s", tls_says(end),
                       end->name_tls_check ? " (" : "",
                       end->name_tls_check ? says : "",
                       end->name_tls_check ? ")" : "");
    else if (event == ICE_EV_REFUSED)
        ice__event_set(a, event, "connection refused: %s", says);
    else if (event == ICE_EV_HEAD_HUGE)
        ice__event_set(a, event, "the answer's header is too long");
    else if (event == ICE_EV_BODY_HUGE)
        ice__event_set(a, event, "the answer's body is too long");
    else
        ice__event_set(a, event, "%s", says);
}
