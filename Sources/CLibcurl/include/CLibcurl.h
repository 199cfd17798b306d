/// libcurl and OpenSSL, with the few lines of C that Swift cannot write: libcurl's setters are variadic, and the check
/// of a pinned certificate is a callback inside the TLS handshake.
///
/// Both are loaded when they are first needed (dlopen(3)): with all that they bring along, some 35 libraries, that takes
/// longer than reading an inventory, and can go on beside it.
#pragma once

#include <curl/curl.h>
#include <stddef.h>

/// Length in bytes of a SHA-256 digest.
#define MXP_DIGEST 32

/// What the handshake of one connection is to be, and was, shown.
struct mxp_pin {
    unsigned char wanted[MXP_DIGEST];
    unsigned char shown[MXP_DIGEST];
    /// 1 once a certificate was shown.
    int seen;
};

/// Loads the libraries, the first time; from any thread. Nothing below may be called before.
///
/// Null, or why they cannot be loaded (dlerror(3)).
const char *mxp_load(void);

CURL *mxp_open(void);
void mxp_reset(CURL *handle);
void mxp_close(CURL *handle);
CURLcode mxp_perform(CURL *handle);
const char *mxp_words(CURLcode code);
struct curl_slist *mxp_append(struct curl_slist *list, const char *line);
void mxp_free(struct curl_slist *list);

CURLcode mxp_set_long(CURL *handle, CURLoption option, long value);
CURLcode mxp_set_text(CURL *handle, CURLoption option, const char *value);
CURLcode mxp_set_pointer(CURL *handle, CURLoption option, void *value);

typedef size_t (*mxp_receive)(char *bytes, size_t size, size_t count, void *context);
typedef int (*mxp_progress)(void *context, curl_off_t, curl_off_t, curl_off_t, curl_off_t);
CURLcode mxp_set_receive(CURL *handle, CURLoption option, mxp_receive function);
CURLcode mxp_set_progress(CURL *handle, mxp_progress function);

CURLcode mxp_response_code(CURL *handle, long *code);
/// errno of the last connection that could not be made, 0 where there is none.
CURLcode mxp_connect_error(CURL *handle, long *error);
/// Bytes of the request that were sent, headers included.
CURLcode mxp_request_size(CURL *handle, long *size);

/// Makes the handshake accept the certificate whose SHA-256 digest is `pin->wanted`, and no other, before a byte of
/// the request is sent. `pin` must outlive the handle's transfers.
CURLcode mxp_set_pin(CURL *handle, struct mxp_pin *pin);
