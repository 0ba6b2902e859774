package main

import "image/color"

// viewBox is the side of the drawing.
const viewBox = 512

var (
	night = color.RGBA{0x11, 0x4B, 0x75, 0xFF}
	paper = color.RGBA{0xFF, 0xFF, 0xFF, 0xFF}
	aqua  = color.RGBA{0x5C, 0xF0, 0xD6, 0xFF}
)

// icon is an e, for Echopath: from the dot, which is this computer, a path leads out and runs round it; the arc inside is the echo.
// It stands on a tile of its own, so that it can be told on light and on dark task bars. Widths and gaps are at least
// 32 units, one pixel of the smallest size.
func icon() []layer {
	center := point{256, 256}
	const outer, stroke = 178, 56
	return []layer{
		{roundedSquare{size: viewBox, radius: 112}, night},
		{arc{center: center, radius: outer, begin: 0, end: 318, width: stroke}, paper},
		{line{from: center, to: point{center.x + outer, center.y}, width: stroke}, paper},
		{arc{center: center, radius: 98, begin: 112, end: 248, width: 36}, aqua},
		{disc{center: center, radius: 44}, aqua},
	}
}
