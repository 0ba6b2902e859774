package chart

import (
	"image"
	"image/color"
	"image/draw"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/software"
)

// Picture is how a group is drawn into a file.
type Picture struct {
	Width, Height float32 // in units of length; the image has Scale times as many pixels
	Scale         float32 // 1 if 0
	Title         string  // above the charts, such as the target and the date
	Theme         fyne.Theme
	Variant       fyne.ThemeVariant
}

const pictureMargin = 12

// Image draws what is shown, with an opaque background, title and legend. It draws with the same code as the screen, through Fyne's own
// texts, and leaves what is on the screen alone.
func (g *Group) Image(p Picture) image.Image {
	if p.Scale <= 0 {
		p.Scale = 1
	}
	d := &drawing{palette: newPalette(p.Theme, p.Variant), theme: p.Theme}
	width := max(p.Width, leastWidth) - 2*pictureMargin
	y := d.title(p.Title, width)
	y += d.legend(g, width, y)
	return d.finish(g, p, y)
}

// drawing collects the objects of a picture.
type drawing struct {
	palette palette
	theme   fyne.Theme
	objects []fyne.CanvasObject
}

// title writes the heading and returns where it ends.
func (d *drawing) title(text string, width float32) float32 {
	if text == "" {
		return pictureMargin
	}
	size := d.palette.caption * 1.4
	for size > d.palette.caption && measure(text, size, true).Width > width {
		size--
	}
	box := measure(text, size, true)
	d.write(label{text: text, pos: fyne.NewSquareOffsetPos(pictureMargin), size: box, fontSize: size, bold: true, color: d.palette.text})
	return pictureMargin + box.Height + 4
}

// legend writes a sample and the name of each visible line, in rows, and returns their height.
func (d *drawing) legend(g *Group, width, top float32) float32 {
	height := lineHeight(d.palette) + 2
	x, y := float32(0), float32(0)
	for _, e := range entries(g.panels, anyTags) {
		if e.hidden() {
			continue
		}
		size := measure(e.key.name, d.palette.caption, false)
		need := sampleWidth + sampleGap + size.Width
		if x > 0 && x+need > width {
			x, y = 0, y+height
		}
		pos := fyne.NewPos(pictureMargin+x, top+y)
		d.sample(pos.AddXY(0, size.Height/2), e)
		d.write(label{
			text: e.key.name, pos: pos.AddXY(sampleWidth+sampleGap, 0), size: size, fontSize: d.palette.caption, color: d.palette.text,
		})
		x += need + 2*columnGap
	}
	if x == 0 && y == 0 {
		return 0
	}
	return y + height + 4
}

func (d *drawing) sample(pos fyne.Position, e entry) {
	for _, part := range dashParts(e.key.dash) {
		r := newRectangle()
		setRectangle(r, pos.AddXY(part[0], -1), fyne.NewSize(part[1], 2), d.palette.line(e.key.color))
		d.objects = append(d.objects, r)
	}
}

// write adds a text in the font of the picture's theme, which need not be the one of the screen.
func (d *drawing) write(l label) {
	t := newText()
	t.FontSource = d.theme.Font(fyne.TextStyle{Bold: l.bold})
	setText(t, l)
	d.objects = append(d.objects, t)
}

// finish draws the charts below what was written and puts everything together.
func (d *drawing) finish(g *Group, p Picture, top float32) image.Image {
	size := fyne.NewSize(max(p.Width, leastWidth), max(p.Height, top+leastHeight))
	var s scene
	g.setExtent()
	x0, span := g.view.View()
	s.prepare(input{
		charts: g.panels, x0: x0, span: span, ratio: p.Scale, palette: d.palette,
		size: size.SubtractWidthHeight(2*pictureMargin, top+pictureMargin),
	})
	for _, l := range s.labels {
		l.pos = l.pos.AddXY(pictureMargin, top)
		d.write(l)
	}
	c := software.NewTransparentCanvas()
	c.SetPadded(false)
	c.SetScale(p.Scale)
	c.SetContent(&fyne.Container{Objects: d.objects})
	c.Resize(size)
	texts := c.Capture()

	out := image.NewRGBA(texts.Bounds())
	draw.Draw(out, out.Rect, image.NewUniform(color.Color(d.palette.back)), image.Point{}, draw.Src)
	charts := s.paint(s.pixel(s.size.Width), s.pixel(s.size.Height))
	at := image.Pt(s.pixel(pictureMargin), s.pixel(top))
	draw.Draw(out, charts.Rect.Add(at), charts, image.Point{}, draw.Over)
	draw.Draw(out, out.Rect, texts, image.Point{}, draw.Over)
	return out
}
