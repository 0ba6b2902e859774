// Package picture holds, scales, compares and makes the pictures of the video probe: planes of luma and chroma as VP8 carries
// them, 4:2:0, in the limited range of BT.601 (luma 16..235, chroma 16..240 around 128).
//
// It owns the arithmetic on pixels and the synthetic picture, which a run can repeat exactly. It never reads a camera, a file or
// a clock, starts no goroutine, knows neither the time code nor the codec, and measures no quality. Everything that is called
// once a frame allocates nothing when it is called again with the same sizes.
//
// All functions take sub-images: they keep to Rect and the strides. A sub-image must begin at even coordinates, else its chroma
// is half a sample off.
package picture
