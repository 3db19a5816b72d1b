/* tls: OpenSSL over memory BIOs, and certificates made at first use. */
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "mocks/tls.h"

struct tls {
    SSL *ssl;
    BIO *in, *out; /* the SSL's */
    bool closed;
};

/* OpenSSL fails here only without memory or when it is broken. */
static void need(bool ok)
{
    if (!ok)
        abort();
}

/* ---- certificates -------------------------------------------------------- */

static struct {
    EVP_PKEY *ca_key, *other_key, *leaf_key;
    X509 *ca, *other;
    char *ca_pem;
    SSL_CTX *contexts[TLS_UNTRUSTED + 1];
} made;

struct recipe {
    const char *name;
    const char *san;       /* NULL: it is a CA */
    const char *not_after; /* ASN.1 time */
    bool other;            /* signed by the other CA */
};

static const struct recipe recipes[] = {
    [TLS_GOOD] = {"icefault mock",
                  "IP:127.0.0.1,IP:::1,DNS:localhost,DNS:s3.localhost,"
                  "DNS:*.s3.localhost", /* buckets named in Host */
                  "20491231235959Z", false},
    [TLS_EXPIRED] = {"icefault expired", "IP:127.0.0.1,IP:::1,DNS:localhost",
                     "20210101000000Z", false},
    [TLS_WRONG_NAME] = {"icefault wrong name",
                        "IP:192.0.2.1,DNS:elsewhere.invalid", "20491231235959Z",
                        false},
    [TLS_UNTRUSTED] = {"icefault untrusted",
                       "IP:127.0.0.1,IP:::1,DNS:localhost", "20491231235959Z",
                       true},
};

static void extend(X509 *cert, X509 *issuer, int nid, const char *value)
{
    X509V3_CTX ctx;
    X509V3_set_ctx_nodb(&ctx);
    X509V3_set_ctx(&ctx, issuer, cert, NULL, NULL, 0);
    X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
    need(e && X509_add_ext(cert, e, -1));
    X509_EXTENSION_free(e);
}

static X509 *make_cert(const struct recipe *r, EVP_PKEY *key, X509 *issuer,
                       EVP_PKEY *signer)
{
    static long serial = 1;
    X509 *cert = X509_new();

    need(cert != NULL);
    X509_NAME *name = X509_get_subject_name(cert);
    need(X509_set_version(cert, 2) &&
         ASN1_INTEGER_set(X509_get_serialNumber(cert), serial++) &&
         ASN1_TIME_set_string(X509_getm_notBefore(cert), "20200101000000Z") &&
         ASN1_TIME_set_string(X509_getm_notAfter(cert), r->not_after) &&
         X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                                    (const unsigned char *)r->name, -1, -1,
                                    0) &&
         X509_set_issuer_name(cert,
                              X509_get_subject_name(issuer ? issuer : cert)) &&
         X509_set_pubkey(cert, key));
    issuer = issuer ? issuer : cert;
    if (r->san) {
        extend(cert, issuer, NID_basic_constraints, "critical,CA:FALSE");
        extend(cert, issuer, NID_subject_alt_name, r->san);
        extend(cert, issuer, NID_ext_key_usage, "serverAuth");
    } else {
        extend(cert, issuer, NID_basic_constraints, "critical,CA:TRUE");
        extend(cert, issuer, NID_key_usage, "critical,keyCertSign,cRLSign");
        extend(cert, issuer, NID_subject_key_identifier, "hash");
    }
    need(X509_sign(cert, signer, EVP_sha256()) > 0);
    return cert;
}

static char *pem_of(X509 *cert)
{
    BIO *b = BIO_new(BIO_s_mem());
    char *p = NULL;

    need(b && PEM_write_bio_X509(b, cert));
    long n = BIO_get_mem_data(b, &p);
    char *copy = mem_memdup(p, (size_t)n);
    BIO_free(b);
    return copy;
}

static void make_authorities(void)
{
    static const struct recipe ca = {"icefault CA", NULL, "20491231235959Z",
                                     false};
    static const struct recipe other = {"another CA", NULL, "20491231235959Z",
                                        false};
    if (made.ca)
        return;
    made.ca_key = EVP_EC_gen("P-256");
    made.other_key = EVP_EC_gen("P-256");
    made.leaf_key = EVP_EC_gen("P-256");
    need(made.ca_key && made.other_key && made.leaf_key);
    made.ca = make_cert(&ca, made.ca_key, NULL, made.ca_key);
    made.other = make_cert(&other, made.other_key, NULL, made.other_key);
    made.ca_pem = pem_of(made.ca);
}

const char *tls_ca_pem(void)
{
    make_authorities();
    return made.ca_pem;
}

static SSL_CTX *context(enum tls_kind kind)
{
    if (made.contexts[kind])
        return made.contexts[kind];
    make_authorities();
    const struct recipe *r = &recipes[kind];
    X509 *cert = make_cert(r, made.leaf_key, r->other ? made.other : made.ca,
                           r->other ? made.other_key : made.ca_key);
    SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());

    need(ctx && SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION) &&
         SSL_CTX_use_certificate(ctx, cert) == 1 &&
         SSL_CTX_use_PrivateKey(ctx, made.leaf_key) == 1);
    /* No tickets: they would be bytes nobody asked for. */
    SSL_CTX_set_num_tickets(ctx, 0);
    SSL_CTX_set_options(ctx, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION);
    SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS);
    X509_free(cert);
    made.contexts[kind] = ctx;
    return ctx;
}

/* ---- sessions ------------------------------------------------------------ */

struct tls *tls_new(enum tls_kind kind)
{
    struct tls *t = mem_alloc(sizeof(*t));

    t->ssl = SSL_new(context(kind));
    t->in = BIO_new(BIO_s_mem());
    t->out = BIO_new(BIO_s_mem());
    need(t->ssl && t->in && t->out);
    SSL_set_bio(t->ssl, t->in, t->out);
    SSL_set_accept_state(t->ssl);
    return t;
}

void tls_free(struct tls *t)
{
    if (!t)
        return;
    SSL_free(t->ssl);
    free(t);
}

/* Is rc, of an SSL call, no worse than "feed me more"? */
static bool wants_more(struct tls *t, int rc)
{
    int e = SSL_get_error(t->ssl, rc);
    if (e == SSL_ERROR_ZERO_RETURN)
        t->closed = true;
    ERR_clear_error();
    return e == SSL_ERROR_WANT_READ || e == SSL_ERROR_ZERO_RETURN;
}

bool tls_feed(struct tls *t, struct slice wire, struct str *plain)
{
    char piece[4096];
    int rc;

    ERR_clear_error();
    if (wire.len && BIO_write(t->in, wire.p, (int)wire.len) != (int)wire.len)
        return false;
    if (!SSL_is_init_finished(t->ssl)) {
        rc = SSL_do_handshake(t->ssl);
        if (rc != 1)
            return wants_more(t, rc);
    }
    while ((rc = SSL_read(t->ssl, piece, sizeof(piece))) > 0)
        str_add(plain, piece, (size_t)rc);
    return wants_more(t, rc) && !plain->failed;
}

bool tls_ready(const struct tls *t)
{
    return SSL_is_init_finished(t->ssl);
}

bool tls_closed(const struct tls *t)
{
    return t->closed;
}

bool tls_write(struct tls *t, struct slice plain)
{
    ERR_clear_error();
    while (plain.len) {
        int n = plain.len > 1 << 30 ? 1 << 30 : (int)plain.len;
        int rc = SSL_write(t->ssl, plain.p, n);
        if (rc <= 0) {
            ERR_clear_error();
            return false;
        }
        plain.p += rc;
        plain.len -= (size_t)rc;
    }
    return true;
}

void tls_notify_close(struct tls *t)
{
    ERR_clear_error();
    if (SSL_is_init_finished(t->ssl))
        SSL_shutdown(t->ssl);
    ERR_clear_error();
}

struct slice tls_output(const struct tls *t)
{
    char *p = NULL;
    long n = BIO_get_mem_data(t->out, &p);
    return (struct slice){p, n > 0 ? (size_t)n : 0};
}

void tls_output_taken(struct tls *t)
{
    (void)BIO_reset(t->out);
}
