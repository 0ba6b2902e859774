#include "codec.h"

#include <stdlib.h>
#include <vpx/vp8cx.h>
#include <vpx/vpx_encoder.h>

struct vp8_encoder {
	vpx_codec_ctx_t codec;
	vpx_codec_enc_cfg_t config;
	vpx_image_t picture; // describes memory of Go, during a call
	unsigned long duration;
	const uint8_t *data;
	size_t size;
	int key;
};

const char *vp8_error_text(int code) { return vpx_codec_err_to_string((vpx_codec_err_t)code); }

static void configure(vpx_codec_enc_cfg_t *c, int width, int height, int kbps) {
	c->g_w = width;
	c->g_h = height;
	c->g_timebase.num = 1;
	c->g_timebase.den = 90000;
	c->g_threads = 1; // a second one makes the slowest frames of 720p four times as slow on two cores
	c->g_lag_in_frames = 0;
	// Off: nothing is decoded after a frame that is missing until a key frame has come, so that frames need not do without what
	// the ones before them taught.
	c->g_error_resilient = 0;
	c->rc_end_usage = VPX_CBR;
	c->rc_target_bitrate = kbps;
	c->rc_min_quantizer = 2;
	c->rc_max_quantizer = 56;
	c->rc_undershoot_pct = 100;
	c->rc_overshoot_pct = 15;
	c->rc_buf_initial_sz = 500;
	c->rc_buf_optimal_sz = 600;
	c->rc_buf_sz = 1000;
	c->rc_dropframe_thresh = 30;
	c->rc_resize_allowed = 0;
	c->kf_mode = VPX_KF_AUTO;
	c->kf_max_dist = 3000;
}

static vpx_codec_err_t control(vpx_codec_ctx_t *codec, int speed) {
	vpx_codec_err_t err = vpx_codec_control(codec, VP8E_SET_CPUUSED, speed);
	if (!err) err = vpx_codec_control(codec, VP8E_SET_STATIC_THRESHOLD, 1);
	if (!err) err = vpx_codec_control(codec, VP8E_SET_TOKEN_PARTITIONS, VP8_ONE_TOKENPARTITION);
	if (!err) err = vpx_codec_control(codec, VP8E_SET_NOISE_SENSITIVITY, 0);
	if (!err) err = vpx_codec_control(codec, VP8E_SET_MAX_INTRA_BITRATE_PCT, 300);
	return err;
}

vp8_encoder *vp8_encoder_new(int width, int height, int fps, int kbps, int speed, int *code) {
	vp8_encoder *e = calloc(1, sizeof *e);
	vpx_codec_err_t err;
	if (!e) {
		*code = VPX_CODEC_MEM_ERROR;
		return NULL;
	}
	e->duration = 90000 / fps;
	err = vpx_codec_enc_config_default(vpx_codec_vp8_cx(), &e->config, 0);
	if (!err) {
		configure(&e->config, width, height, kbps);
		err = vpx_codec_enc_init(&e->codec, vpx_codec_vp8_cx(), &e->config, 0);
	}
	if (!err && (err = control(&e->codec, speed))) vpx_codec_destroy(&e->codec);
	if (err) {
		free(e);
		e = NULL;
	}
	*code = err;
	return e;
}

// What was saved up at a higher bitrate, up to the whole buffer, would be spent at the lower one: two seconds after a fall from 2000 to
// 600 kbit/s, ten frames come at twice their size, into a network that has just become narrow. libvpx cuts what is saved to the size
// of the buffer when it is told one, so that for a moment it is told the size that it aims at.
static vpx_codec_err_t forget_savings(vp8_encoder *e) {
	unsigned int size = e->config.rc_buf_sz;
	vpx_codec_err_t err;
	e->config.rc_buf_sz = e->config.rc_buf_optimal_sz;
	err = vpx_codec_enc_config_set(&e->codec, &e->config);
	e->config.rc_buf_sz = size;
	return err;
}

int vp8_encoder_set_kbps(vp8_encoder *e, int kbps) {
	int falls = (unsigned int)kbps < e->config.rc_target_bitrate;
	vpx_codec_err_t err;
	e->config.rc_target_bitrate = kbps;
	if (falls && (err = forget_savings(e))) return err;
	return vpx_codec_enc_config_set(&e->codec, &e->config);
}

// collect takes what there is; without lag and with one partition that is at most one frame.
static void collect(vp8_encoder *e) {
	const vpx_codec_cx_pkt_t *p;
	vpx_codec_iter_t iter = NULL;
	while ((p = vpx_codec_get_cx_data(&e->codec, &iter))) {
		if (p->kind != VPX_CODEC_CX_FRAME_PKT) continue;
		e->data = p->data.frame.buf;
		e->size = p->data.frame.sz;
		e->key = (p->data.frame.flags & VPX_FRAME_IS_KEY) != 0;
	}
}

int vp8_encoder_encode(vp8_encoder *e, const uint8_t *y, const uint8_t *u, const uint8_t *v, int y_stride, int c_stride,
                       int64_t timestamp, int force_key) {
	vpx_codec_err_t err;
	vpx_image_t *p = &e->picture;
	e->data = NULL;
	e->size = 0;
	e->key = 0;
	// The planes are set below: the address only has to be none that would be allocated for.
	vpx_img_wrap(p, VPX_IMG_FMT_I420, e->config.g_w, e->config.g_h, 1, (unsigned char *)y);
	p->planes[VPX_PLANE_Y] = (unsigned char *)y;
	p->planes[VPX_PLANE_U] = (unsigned char *)u;
	p->planes[VPX_PLANE_V] = (unsigned char *)v;
	p->stride[VPX_PLANE_Y] = y_stride;
	p->stride[VPX_PLANE_U] = p->stride[VPX_PLANE_V] = c_stride;
	err = vpx_codec_encode(&e->codec, p, timestamp, e->duration, force_key ? VPX_EFLAG_FORCE_KF : 0, VPX_DL_REALTIME);
	if (!err) collect(e);
	p->img_data = p->planes[VPX_PLANE_Y] = p->planes[VPX_PLANE_U] = p->planes[VPX_PLANE_V] = NULL;
	return err;
}

const uint8_t *vp8_encoder_data(const vp8_encoder *e) { return e->data; }
size_t vp8_encoder_size(const vp8_encoder *e) { return e->size; }
int vp8_encoder_is_key(const vp8_encoder *e) { return e->key; }
const char *vp8_encoder_detail(vp8_encoder *e) { return vpx_codec_error_detail(&e->codec); }

void vp8_encoder_free(vp8_encoder *e) {
	if (!e) return;
	vpx_codec_destroy(&e->codec);
	free(e);
}
