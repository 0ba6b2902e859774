#include "codec.h"

#include <stdlib.h>
#include <string.h>
#include <vpx/vp8dx.h>
#include <vpx/vpx_decoder.h>

struct vp8_decoder {
	vpx_codec_ctx_t codec;
	const vpx_image_t *picture; // libvpx's own, valid until the next frame
	int damaged;
};

vp8_decoder *vp8_decoder_new(int *code) {
	vpx_codec_dec_cfg_t config = {.threads = 1};
	vp8_decoder *d = calloc(1, sizeof *d);
	if (!d) {
		*code = VPX_CODEC_MEM_ERROR;
		return NULL;
	}
	*code = vpx_codec_dec_init(&d->codec, vpx_codec_vp8_dx(), &config, 0);
	if (*code) {
		free(d);
		return NULL;
	}
	return d;
}

int vp8_decoder_decode(vp8_decoder *d, const uint8_t *data, size_t size) {
	vpx_codec_iter_t iter = NULL;
	vpx_codec_err_t err;
	d->picture = NULL;
	d->damaged = 0;
	err = vpx_codec_decode(&d->codec, data, (unsigned int)size, NULL, 0);
	if (err) return err;
	err = vpx_codec_control(&d->codec, VP8D_GET_FRAME_CORRUPTED, &d->damaged);
	if (err) return err;
	d->picture = vpx_codec_get_frame(&d->codec, &iter);
	return VPX_CODEC_OK;
}

int vp8_decoder_width(const vp8_decoder *d) { return d->picture ? (int)d->picture->d_w : 0; }
int vp8_decoder_height(const vp8_decoder *d) { return d->picture ? (int)d->picture->d_h : 0; }
int vp8_decoder_is_damaged(const vp8_decoder *d) { return d->damaged; }

static void copy_plane(uint8_t *to, const uint8_t *from, int stride, size_t width, int height) {
	for (; height > 0; height--, to += width, from += stride) memcpy(to, from, width);
}

void vp8_decoder_copy(const vp8_decoder *d, uint8_t *y, uint8_t *u, uint8_t *v) {
	const vpx_image_t *p = d->picture;
	if (!p) return;
	int cw = (p->d_w + 1) / 2, ch = (p->d_h + 1) / 2;
	copy_plane(y, p->planes[VPX_PLANE_Y], p->stride[VPX_PLANE_Y], p->d_w, p->d_h);
	copy_plane(u, p->planes[VPX_PLANE_U], p->stride[VPX_PLANE_U], cw, ch);
	copy_plane(v, p->planes[VPX_PLANE_V], p->stride[VPX_PLANE_V], cw, ch);
}

const char *vp8_decoder_detail(vp8_decoder *d) { return vpx_codec_error_detail(&d->codec); }

void vp8_decoder_free(vp8_decoder *d) {
	if (!d) return;
	vpx_codec_destroy(&d->codec);
	free(d);
}
