// Package quality says how far a picture is from the one that it should be: PSNR for every picture, SSIM for a sample of them.
//
// It owns the two formulas, over luma. It keeps nothing from one picture to the next, allocates nothing, and judges nothing: which
// figure is good is said where figures become words.
//
// Both functions take sub-images, and leave out skipRows lines at the top, where the time code is: it is not part of the picture.
// They give 0, which stands for "not measured" in package stats, when the pictures differ in size or nothing is left to compare.
package quality
