// Package record writes VP8 frames, as they came from an encoder or a network, to WebM files.
//
// It owns the files: their names, their form, and what becomes of them when something goes wrong. The cluster that is being
// written has no size yet, and each frame is handed to the system as it arrives, so that a process which dies at any moment leaves
// a file that plays. Closing adds what a file that still grows can not have: its length, the sizes and an index for jumping, in room that was
// kept for it. Only a power cut can take more, namely what the system had not yet put on the disk.
//
// A key frame of another size begins another file: the format would allow to go on in the same one, many players would not. An
// existing file is never touched.
//
// It never makes its caller wait for the disk, never decodes, encodes or mends a picture, and never reads a network. Frames are
// taken for what their fields say; what is inside them is not looked at.
package record
