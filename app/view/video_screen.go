package view

import (
	"image"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"echopath/app/model"
	"echopath/app/widgets"
)

// videoScreen is the screen "Video echo": what to send, the verdict, the pictures side by side, and below them the charts and what
// they rest on.
type videoScreen struct {
	object fyne.CanvasObject
	form   *videoForm
	banner *widgets.Banner
	film   *film
	lower  *videoLower
	model  *model.Video
	shown  model.VideoView // as it was last drawn
	key    string          // of the run whose pictures are shown
}

func newVideoScreen(m *model.Video, pictures Pictures, do formActions, open func(int), menu func(int, fyne.PointEvent), chartMenu func(fyne.PointEvent)) *videoScreen {
	s := &videoScreen{model: m, banner: widgets.NewBanner(), key: m.RunKey()}
	s.form = newVideoForm(m, do)
	s.film = newFilm(pictures, open, menu)
	s.lower = newVideoLower(m, chartMenu)
	object := container.New(videoFrame{}, s.form.object, s.banner, s.film.object, s.lower.object)
	s.object, s.form.grown = object, object.Refresh
	return s
}

// show brings the screen in line with the state. running is the view of the run that goes on, here or on another screen; now is
// since the session's start.
func (s *videoScreen) show(v model.VideoView, running model.View, now time.Duration) {
	if key := s.model.RunKey(); key != s.key {
		s.key = key
		s.film.clear()
	}
	s.form.show(v, running)
	s.banner.Set(v.Banner)
	s.film.show(v.Caption, v.Call, v.Phase)
	s.lower.show(v, now)
	s.shown = v
}

// setImages shows new pictures.
func (s *videoScreen) setImages(images [numPictures]*image.RGBA) { s.film.set(images) }

// videoFrame stacks the parts of the screen. The pictures get as much of the height as leaves the charts theirs, and no more than
// they can use at the width.
type videoFrame struct{}

// filmShare is the pictures' part of the height: little of a small window, where charts need what there is, and a third of a large
// one.
func filmShare(height float32) float32 {
	const low, high = 520, 1000
	return 0.27 + 0.07*min(max((height-low)/(high-low), 0), 1)
}

// Layout implements fyne.Layout. The objects are header, banner, pictures, lower part.
func (videoFrame) Layout(o []fyne.CanvasObject, size fyne.Size) {
	y := float32(0)
	put := func(o fyne.CanvasObject, height float32) {
		place(o, 0, y, size.Width, height)
		y += height + gap
	}
	put(o[0], o[0].MinSize().Height)
	put(o[1], o[1].MinSize().Height)
	usable := widgets.PictureHeight((size.Width - filmGap*(numPictures-1)) / numPictures)
	put(o[2], max(min(size.Height*filmShare(size.Height), usable), o[2].MinSize().Height))
	put(o[3], size.Height-y)
}

// MinSize implements fyne.Layout.
func (videoFrame) MinSize(o []fyne.CanvasObject) fyne.Size {
	least := fyne.NewSize(0, gap*float32(len(o)-1))
	for _, part := range o {
		m := part.MinSize()
		least = fyne.NewSize(max(least.Width, m.Width), least.Height+m.Height)
	}
	return least
}
