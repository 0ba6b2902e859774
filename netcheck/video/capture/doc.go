// Package capture gives the video probe its pictures: from the synthetic picture, a camera, or a Y4M or IVF file, all behind [Source].
//
// It owns the drivers of cameras, the readers of files, their pace, and the words in which a source that can not be had is told. It
// keeps one or two pictures of each source in memory: of a camera the newest, of a file the one that is shown.
//
// It never paces its caller, draws no time code, and knows nothing of the network. Files are read only, and as untrusted input.
// Cameras need a build with cgo; files with VP8 too.
package capture
