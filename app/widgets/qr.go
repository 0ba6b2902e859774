package widgets

import (
	"errors"
	"image"
	"image/color"
	"image/draw"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
	"github.com/skip2/go-qrcode"
)

// QRCode shows a text as a QR code (ISO/IEC 18004): always dark on white, also in a dark window, since many readers know no other, and
// with the quiet zone of four modules that readers need. Its modules are whole pixels of the screen, whatever the scale.
type QRCode struct {
	widget.BaseWidget
	modules [][]bool // without the quiet zone; true is dark
	raster  *canvas.Raster
	side    float32
}

// quietZone is the white border in modules.
const quietZone = 4

// ErrTooLong says that a text has no room in a QR code.
var ErrTooLong = errors.New("this text is too long for a QR code")

// NewQRCode makes the code of a text, so many units wide and high.
func NewQRCode(text string, side float32) (*QRCode, error) {
	code, err := qrcode.New(text, qrcode.Medium)
	if err != nil {
		return nil, ErrTooLong
	}
	code.DisableBorder = true
	q := &QRCode{modules: code.Bitmap(), side: side}
	q.raster = canvas.NewRaster(q.draw)
	q.raster.ScaleMode = canvas.ImageScalePixels
	q.ExtendBaseWidget(q)
	return q, nil
}

// draw paints the code into so many pixels.
func (q *QRCode) draw(width, height int) image.Image {
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	draw.Draw(img, img.Bounds(), image.White, image.Point{}, draw.Src)
	n := len(q.modules)
	module := min(width, height) / (n + 2*quietZone)
	if module < 1 {
		return img // too small to be read by anything
	}
	left, top := (width-n*module)/2, (height-n*module)/2
	for y, row := range q.modules {
		for x, dark := range row {
			if !dark {
				continue
			}
			r := image.Rect(0, 0, module, module).Add(image.Pt(left+x*module, top+y*module))
			draw.Draw(img, r, image.NewUniform(color.Black), image.Point{}, draw.Src)
		}
	}
	return img
}

// CreateRenderer implements fyne.Widget.
func (q *QRCode) CreateRenderer() fyne.WidgetRenderer { return &qrRenderer{q} }

type qrRenderer struct{ q *QRCode }

func (r *qrRenderer) Destroy()                     {}
func (r *qrRenderer) MinSize() fyne.Size           { return fyne.NewSquareSize(r.q.side) }
func (r *qrRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.q.raster} }
func (r *qrRenderer) Refresh()                     { r.q.raster.Refresh() }

// Layout puts the code into the middle.
func (r *qrRenderer) Layout(size fyne.Size) {
	side := min(size.Width, size.Height)
	r.q.raster.Move(fyne.NewPos((size.Width-side)/2, (size.Height-side)/2))
	r.q.raster.Resize(fyne.NewSquareSize(side))
}
