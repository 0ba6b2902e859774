package session

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"echopath/internal/pace"
	"echopath/netcheck"
	"echopath/netcheck/loss"
	"echopath/netcheck/video"
	"echopath/netcheck/video/capture"
	"echopath/netcheck/video/record"
	"echopath/netcheck/video/vp8"
)

// openSource opens where the pictures of a plan come from, once for all of its paths: whatever is wrong with a camera or a file is
// told before the first path. It is nil if the plan has no video.
func openSource(ctx context.Context, v netcheck.VideoPlan) (capture.Source, error) {
	if !v.On() {
		return nil, nil
	}
	if err := vp8.Available(); err != nil {
		return nil, &netcheck.PlanError{Err: err}
	}
	return capture.Open(ctx, v.Source, v.Width, v.Height, v.FPS)
}

func closeSource(s capture.Source, err *error) {
	if s == nil {
		return
	}
	if closeErr := s.Close(); closeErr != nil && *err == nil {
		*err = fmt.Errorf("close the source of the pictures: %w", closeErr)
	}
}

// probes makes the probes of each link.
type probes struct {
	options Options
	source  capture.Source
}

func (p *probes) stages(a netcheck.Asked) []netcheck.Stage {
	packets := &loss.Probe{Path: a.Path, Plan: a.Granted.Loss, Start: a.Start, Clock: pace.Clock{}, Spool: newSpool}
	if !a.Video {
		if a.Granted.Video.Mode.Only() {
			return nil
		}
		return []netcheck.Stage{{packets}}
	}
	if a.Granted.Video.Mode == netcheck.VideoCall {
		return []netcheck.Stage{{&video.Call{Path: a.Path, Plan: a.Granted.Video, Start: a.Start, Clock: pace.Clock{}, Source: p.source, Screen: p.options.Screen}}}
	}
	pictures := p.video(a)
	switch a.Granted.Video.Mode {
	case netcheck.VideoAlone:
		return []netcheck.Stage{{pictures}}
	case netcheck.VideoUnderLoad:
		var began atomic.Pointer[time.Time]
		pictures.Began = func(at time.Time) { began.Store(&at) }
		packets.Loaded = func() (time.Time, bool) {
			if at := began.Load(); at != nil {
				return *at, true
			}
			return time.Time{}, false
		}
		return []netcheck.Stage{{packets, pictures}}
	}
	return []netcheck.Stage{{packets}, {pictures}}
}

func (p *probes) video(a netcheck.Asked) *video.Probe {
	v := &video.Probe{Path: a.Path, Plan: a.Granted.Video, Start: a.Start, Clock: pace.Clock{}, Source: p.source, Screen: p.options.Screen}
	if r := p.options.Record; r != nil {
		v.Record, v.RecordSent = record.Options{Path: recordingFile(r.File, a)}, r.Sent
	}
	return v
}

// recordingFile is the name of one path's recording: the one that was asked for, or NAME-PATH.webm if there are several paths.
func recordingFile(name string, a netcheck.Asked) string {
	base, ext := name, ".webm"
	if given := filepath.Ext(name); strings.EqualFold(given, ext) && filepath.Base(name) != given { // .webm alone is a name
		base, ext = strings.TrimSuffix(name, given), given
	}
	if len(a.Granted.Paths) > 1 {
		base += "-" + string(a.Path)
	}
	return base + ext
}

// NoVideo says in a sentence why this build can not measure video; "" means that it can.
func NoVideo() string {
	if err := vp8.Available(); err != nil {
		return err.Error()
	}
	return ""
}

// Cameras lists the cameras of this computer. The error says in words why there is none to list.
func Cameras() ([]capture.Camera, error) {
	if err := vp8.Available(); err != nil {
		return nil, err
	}
	return capture.Cameras()
}
