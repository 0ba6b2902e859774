package picture

import "image"

// layout tells where the parts of the synthetic picture are. All edges are even.
type layout struct {
	bars, castellation, ramp, band image.Rectangle
	panel                          image.Rectangle // below: plain, with the clock on the left
	clock, caption                 image.Rectangle // in the panel
	field                          image.Rectangle // where the ball may be: all but the time code
	noise                          image.Rectangle // the lower right quarter
}

func layoutOf(size image.Point) layout {
	w, h := size.X, size.Y
	top := min((w+39)/40*2, h) // two rows of cells
	at := func(percent int) int { return top + (h-top)*percent/100&^1 }
	rows := func(from, to int) image.Rectangle { return image.Rect(0, from, w, to) }
	l := layout{
		bars: rows(top, at(44)), castellation: rows(at(44), at(51)), ramp: rows(at(51), at(59)), band: rows(at(59), at(73)),
		panel: rows(at(73), h), field: rows(top, h), noise: image.Rect(w/2&^1, max(h/2&^1, top), w, h),
	}
	space := l.panel.Dy()
	left := w / 32
	l.clock = image.Rect(left, l.panel.Min.Y+space*14/100, w/2, l.panel.Min.Y+space*62/100)
	l.caption = image.Rect(left, l.panel.Min.Y+space*74/100, w/2, l.panel.Min.Y+space*91/100)
	return l
}

// The bars of SMPTE EG 1 at 75 %, as ITU-R BT.601 codes them.
var (
	colorWhite   = color{180, 128, 128}
	colorYellow  = color{162, 44, 142}
	colorCyan    = color{131, 156, 44}
	colorGreen   = color{112, 72, 58}
	colorMagenta = color{84, 184, 198}
	colorRed     = color{65, 100, 212}
	colorBlue    = color{35, 212, 114}
	colorBlack   = color{black, neutral, neutral}

	colorPanel = color{30, 134, 125} // a dark blue grey
	colorBand  = color{128, 138, 118}
)

// testCard draws what never changes.
func testCard(size image.Point, l layout, caption string) *image.YCbCr {
	p := New(size.X, size.Y)
	bars(p, l.bars, colorWhite, colorYellow, colorCyan, colorGreen, colorMagenta, colorRed, colorBlue)
	bars(p, l.castellation, colorBlue, colorBlack, colorMagenta, colorBlack, colorCyan, colorBlack, colorWhite)
	fill(p, l.ramp, colorBlack)
	ramp(planes(p)[0], l.ramp, black, white)
	fill(p, l.band, colorBand)
	fill(p, l.panel, colorPanel)
	grey := image.Rect(l.noise.Min.X, l.panel.Min.Y, size.X, size.Y)
	fill(p, grey, color{110, neutral, neutral})
	ramp(planes(p)[0], grey, 60, 150)
	write(planes(p)[0], l.caption, caption, 150)
	return p
}

// bars divides a rectangle evenly.
func bars(p *image.YCbCr, r image.Rectangle, colors ...color) {
	for i, c := range colors {
		from, to := r.Dx()*i/len(colors)&^1, r.Dx()*(i+1)/len(colors)&^1
		if i == len(colors)-1 {
			to = r.Dx()
		}
		fill(p, image.Rect(r.Min.X+from, r.Min.Y, r.Min.X+to, r.Max.Y), c)
	}
}

// ramp goes from one level at the left to another at the right.
func ramp(luma plane, r image.Rectangle, from, to int) {
	luma = luma.crop(r)
	for y := range luma.height {
		row := luma.row(y)
		for x := range row {
			row[x] = uint8(from + (to-from)*x/max(len(row)-1, 1))
		}
	}
}
