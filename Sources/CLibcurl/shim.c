#include "CLibcurl.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

CURLcode mxp_set_long(CURL *handle, CURLoption option, long value) { return curl_easy_setopt(handle, option, value); }

CURLcode mxp_set_text(CURL *handle, CURLoption option, const char *value) {
    return curl_easy_setopt(handle, option, value);
}

CURLcode mxp_set_pointer(CURL *handle, CURLoption option, void *value) {
    return curl_easy_setopt(handle, option, value);
}

CURLcode mxp_set_receive(CURL *handle, CURLoption option, mxp_receive function) {
    return curl_easy_setopt(handle, option, function);
}

CURLcode mxp_set_progress(CURL *handle, mxp_progress function) {
    return curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, function);
}

CURLcode mxp_response_code(CURL *handle, long *code) { return curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, code); }

CURLcode mxp_connect_error(CURL *handle, long *error) { return curl_easy_getinfo(handle, CURLINFO_OS_ERRNO, error); }

CURLcode mxp_request_size(CURL *handle, long *size) { return curl_easy_getinfo(handle, CURLINFO_REQUEST_SIZE, size); }

/* Replaces OpenSSL's chain check, SSL_CTX_set_cert_verify_callback(3): 1 goes on, 0 ends the handshake. */
static int mxp_verify(X509_STORE_CTX *store, void *context) {
    struct mxp_pin *pin = context;
    X509 *certificate = X509_STORE_CTX_get0_cert(store);
    unsigned int length = 0;
    unsigned char digest[EVP_MAX_MD_SIZE];

    if (certificate == NULL || X509_digest(certificate, EVP_sha256(), digest, &length) != 1 || length != MXP_DIGEST)
        return 0;
    for (size_t i = 0; i < MXP_DIGEST; i++) pin->shown[i] = digest[i];
    pin->seen = 1;
    if (CRYPTO_memcmp(digest, pin->wanted, MXP_DIGEST) == 0) {
        X509_STORE_CTX_set_error(store, X509_V_OK);
        return 1;
    }
    X509_STORE_CTX_set_error(store, X509_V_ERR_CERT_REJECTED);
    return 0;
}

static CURLcode mxp_context(CURL *handle, void *context, void *pin) {
    (void)handle;
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_cert_verify_callback(context, mxp_verify, pin);
    return CURLE_OK;
}

CURLcode mxp_set_pin(CURL *handle, struct mxp_pin *pin) {
    CURLcode code = curl_easy_setopt(handle, CURLOPT_SSL_CTX_FUNCTION, mxp_context);
    if (code == CURLE_OK) code = curl_easy_setopt(handle, CURLOPT_SSL_CTX_DATA, pin);
    /* libcurl's own check of name and chain would refuse what the pin vouches for. With VERIFYPEER off it leaves the
       verification to the callback above, which SSL_VERIFY_PEER makes OpenSSL obey. */
    if (code == CURLE_OK) code = curl_easy_setopt(handle, CURLOPT_SSL_VERIFYHOST, 0L);
    if (code == CURLE_OK) code = curl_easy_setopt(handle, CURLOPT_SSL_VERIFYPEER, 0L);
    return code;
}
