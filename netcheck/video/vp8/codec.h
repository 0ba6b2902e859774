// What Go calls of libvpx. All memory that libvpx keeps hangs on these two structs; pointers into the memory of Go are used during a
// call and never kept, as cgo demands.
#ifndef ECHOPATH_VP8_CODEC_H
#define ECHOPATH_VP8_CODEC_H

#include <stddef.h>
#include <stdint.h>

typedef struct vp8_encoder vp8_encoder;
typedef struct vp8_decoder vp8_decoder;

// Functions that return int return 0 or a vpx_codec_err_t.
const char *vp8_error_text(int code);

// vp8_encoder_new gives NULL and sets *code if it could not.
vp8_encoder *vp8_encoder_new(int width, int height, int fps, int kbps, int speed, int *code);
int vp8_encoder_set_kbps(vp8_encoder *e, int kbps);
int vp8_encoder_encode(vp8_encoder *e, const uint8_t *y, const uint8_t *u, const uint8_t *v, int y_stride, int c_stride,
                       int64_t timestamp, int force_key);
// The frame of the last vp8_encoder_encode; NULL if there was none. Valid until the next call.
const uint8_t *vp8_encoder_data(const vp8_encoder *e);
size_t vp8_encoder_size(const vp8_encoder *e);
int vp8_encoder_is_key(const vp8_encoder *e);
const char *vp8_encoder_detail(vp8_encoder *e);
void vp8_encoder_free(vp8_encoder *e);

vp8_decoder *vp8_decoder_new(int *code);
// vp8_decoder_decode decodes one frame; afterwards width and height tell of its picture, 0 if it has none.
int vp8_decoder_decode(vp8_decoder *d, const uint8_t *data, size_t size);
int vp8_decoder_width(const vp8_decoder *d);
int vp8_decoder_height(const vp8_decoder *d);
int vp8_decoder_is_damaged(const vp8_decoder *d);
// vp8_decoder_copy copies the picture into planes of width x height and half of it, rounded up, without gaps.
void vp8_decoder_copy(const vp8_decoder *d, uint8_t *y, uint8_t *u, uint8_t *v);
const char *vp8_decoder_detail(vp8_decoder *d);
void vp8_decoder_free(vp8_decoder *d);

#endif
