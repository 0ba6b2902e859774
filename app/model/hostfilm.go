package model

import (
	"strings"
	"time"

	"echopath/netcheck"
)

// Film is the chosen guest's newest run as the screen "Video echo" would show it, seen from this end: its ID, and the time since its
// start. It is nil if that run has no video.
func (h *Host) Film() (film *Video, id string, now time.Duration) {
	g := h.find(h.selected)
	if g == nil || g.run == nil || !g.run.plan.Video.On() {
		return nil, "", 0
	}
	if g.film == nil || g.film.trial != g.run.trial {
		g.film = &Video{trial: g.run.trial, far: true}
	}
	g.film.farName = guestName(g.Guest)
	return g.film, g.id, g.now
}

// NoFilm stands in for Film while there is none.
func (h *Host) NoFilm() *Video {
	v := NewVideo(h.units)
	v.far = true
	return v
}

// Filming tells that the chosen guest's newest run measures pictures and nothing else.
func (h *Host) Filming() bool {
	film, _, _ := h.Film()
	return film != nil && film.plan.Video.Mode.Only()
}

// CallOf is the guest whose pictures are to be seen; "" if the chosen one makes no call.
func (h *Host) CallOf() string {
	film, _, _ := h.Film()
	if film == nil || film.plan.Video.Mode != netcheck.VideoCall {
		return ""
	}
	return h.selected
}

// Figures are what is known of the video on a path: what stands beside its pictures.
func (v *Video) Figures(path netcheck.Path) []Section {
	p, _ := v.report.Path(path)
	p.Path = path
	for _, section := range []func(netcheck.PathReport) (Section, bool){v.callSection, v.videoSection} {
		if s, ok := section(p); ok {
			if v.far && len(s.Columns) == 3 {
				s.Intro, s.Columns = strings.TrimPrefix(s.Intro, callUpDown), []string{"", "From the guest", "To the guest"}
			}
			return []Section{s}
		}
	}
	return nil
}

// noFarPictures says at a host why there are no pictures of a guest's run.
func (v *Video) noFarPictures() string {
	switch {
	case !v.plan.Video.On():
		return "When a guest makes a call, its picture and that of this computer appear here."
	case v.plan.Video.Mode != netcheck.VideoCall:
		return "This guest's pictures go back to it unopened, so there is nothing to see here. In a call both ends see each other."
	case v.phase.Busy():
		return "The pictures of the call appear here as soon as a path is connected."
	}
	return "No picture was sent in this run."
}
