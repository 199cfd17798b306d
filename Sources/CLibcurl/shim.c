#define CURL_DISABLE_TYPECHECK
#include "CLibcurl.h"

#include <dlfcn.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <pthread.h>
#include <stdio.h>

#define FUNCTIONS(F)                                                                                   \
    F(curl_easy_init) F(curl_easy_reset) F(curl_easy_cleanup) F(curl_easy_setopt) F(curl_easy_getinfo) \
    F(curl_easy_perform) F(curl_easy_strerror) F(curl_slist_append) F(curl_slist_free_all)             \
    F(X509_STORE_CTX_get0_cert) F(X509_STORE_CTX_set_error) F(X509_digest) F(EVP_sha256)               \
    F(CRYPTO_memcmp) F(SSL_CTX_set_verify) F(SSL_CTX_set_cert_verify_callback)

#define POINTER(name) typeof(&name) name;
static struct { FUNCTIONS(POINTER) } lib;
static char trouble[256];

/* By its soname: the one whose functions the headers describe. It brings its own OpenSSL along. The names are looked up
   as if the program were linked to both, so that a library that is preloaded (ld.so(8)) goes before. */
static void load(void) {
    if (dlopen("libcurl.so.4", RTLD_NOW | RTLD_GLOBAL)) {
#define FIND(name) && (lib.name = (typeof(lib.name))dlsym(RTLD_DEFAULT, #name))
        if (1 FUNCTIONS(FIND)) return;
    }
    snprintf(trouble, sizeof trouble, "%s", dlerror());
}

const char *mxp_load(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load);
    return trouble[0] ? trouble : NULL;
}

CURL *mxp_open(void) { return lib.curl_easy_init(); }
void mxp_reset(CURL *handle) { lib.curl_easy_reset(handle); }
void mxp_close(CURL *handle) { lib.curl_easy_cleanup(handle); }
CURLcode mxp_perform(CURL *handle) { return lib.curl_easy_perform(handle); }
const char *mxp_words(CURLcode code) { return lib.curl_easy_strerror(code); }

struct curl_slist *mxp_append(struct curl_slist *list, const char *line) { return lib.curl_slist_append(list, line); }
void mxp_free(struct curl_slist *list) { lib.curl_slist_free_all(list); }

CURLcode mxp_set_long(CURL *handle, CURLoption option, long value) {
    return lib.curl_easy_setopt(handle, option, value);
}

CURLcode mxp_set_text(CURL *handle, CURLoption option, const char *value) {
    return lib.curl_easy_setopt(handle, option, value);
}

CURLcode mxp_set_pointer(CURL *handle, CURLoption option, void *value) {
    return lib.curl_easy_setopt(handle, option, value);
}

CURLcode mxp_set_receive(CURL *handle, CURLoption option, mxp_receive function) {
    return lib.curl_easy_setopt(handle, option, function);
}

CURLcode mxp_set_progress(CURL *handle, mxp_progress function) {
    return lib.curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, function);
}

CURLcode mxp_response_code(CURL *handle, long *code) {
    return lib.curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, code);
}

CURLcode mxp_connect_error(CURL *handle, long *error) {
    return lib.curl_easy_getinfo(handle, CURLINFO_OS_ERRNO, error);
}

CURLcode mxp_request_size(CURL *handle, long *size) {
    return lib.curl_easy_getinfo(handle, CURLINFO_REQUEST_SIZE, size);
}

/* Replaces OpenSSL's chain check, SSL_CTX_set_cert_verify_callback(3): 1 goes on, 0 ends the handshake. */
static int mxp_verify(X509_STORE_CTX *store, void *context) {
    struct mxp_pin *pin = context;
    X509 *certificate = lib.X509_STORE_CTX_get0_cert(store);
    unsigned int length = 0;
    unsigned char digest[EVP_MAX_MD_SIZE];

    if (certificate == NULL || lib.X509_digest(certificate, lib.EVP_sha256(), digest, &length) != 1 || length != MXP_DIGEST)
        return 0;
    for (size_t i = 0; i < MXP_DIGEST; i++) pin->shown[i] = digest[i];
    pin->seen = 1;
    if (lib.CRYPTO_memcmp(digest, pin->wanted, MXP_DIGEST) == 0) {
        lib.X509_STORE_CTX_set_error(store, X509_V_OK);
        return 1;
    }
    lib.X509_STORE_CTX_set_error(store, X509_V_ERR_CERT_REJECTED);
    return 0;
}

static CURLcode mxp_context(CURL *handle, void *context, void *pin) {
    (void)handle;
    lib.SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    lib.SSL_CTX_set_cert_verify_callback(context, mxp_verify, pin);
    return CURLE_OK;
}

CURLcode mxp_set_pin(CURL *handle, struct mxp_pin *pin) {
    CURLcode code = lib.curl_easy_setopt(handle, CURLOPT_SSL_CTX_FUNCTION, mxp_context);
    if (code == CURLE_OK) code = lib.curl_easy_setopt(handle, CURLOPT_SSL_CTX_DATA, pin);
    /* libcurl's own check of name and chain would refuse what the pin vouches for. With VERIFYPEER off it leaves the
       verification to the callback above, which SSL_VERIFY_PEER makes OpenSSL obey. */
    if (code == CURLE_OK) code = lib.curl_easy_setopt(handle, CURLOPT_SSL_VERIFYHOST, 0L);
    if (code == CURLE_OK) code = lib.curl_easy_setopt(handle, CURLOPT_SSL_VERIFYPEER, 0L);
    return code;
}
