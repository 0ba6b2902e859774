package cli

import (
	"math"
	"os"
	"strconv"
	"strings"
	"time"

	"echopath/netcheck"
)

// fillVideo adds the video to a plan: all of it for the command video, a short one on the first paths for a check.
func (o *options) fillVideo(p *netcheck.Plan, command string, in inputs) error {
	switch {
	case command == "video":
		return o.askVideo(p)
	case command == "check" && !o.noVideo && in.noVideo == "":
		p.Video = netcheck.DefaultVideoPlan(netcheck.VideoAfterLoss)
		p.Video.Duration, p.Video.Paths = netcheck.CheckVideoDuration, netcheck.CheckVideoPaths
	}
	return nil
}

func (o *options) askVideo(p *netcheck.Plan) error {
	mode := netcheck.VideoAlone
	switch {
	case o.call && o.underLoad:
		return wrongUse("--call and --under-load can not be had at once: a call runs without packets beside it; leave one of them out")
	case o.call:
		mode = netcheck.VideoCall
	case o.underLoad:
		mode = netcheck.VideoUnderLoad
	}
	p.Video = netcheck.DefaultVideoPlan(mode)
	if o.call && !o.given["path"] {
		p.Video.Paths = 1 // a call takes one path
	}
	p.Video.Adapt = !o.fixedSize
	for _, fill := range []func(*netcheck.VideoPlan) error{o.fillSource, o.fillPicture, o.fillBitrates, o.checkRecording} {
		if err := fill(&p.Video); err != nil {
			return err
		}
	}
	return nil
}

// fillSource reads synthetic, camera, camera:NAME or the name of a file.
func (o *options) fillSource(v *netcheck.VideoPlan) error {
	switch word, name, named := strings.Cut(o.source, ":"); {
	case !o.given["source"], strings.EqualFold(o.source, "synthetic"):
	case strings.EqualFold(word, "camera"):
		if v.Source = (netcheck.VideoSource{Kind: netcheck.SourceCamera, Name: name}); named && name == "" {
			return wrongUse("--source camera: has no name: write --source camera for the first one, or camera:NAME")
		}
	default:
		switch info, err := os.Stat(o.source); {
		case err != nil:
			return wrongUse("--source %q is neither synthetic nor camera, and there is no such file: name a Y4M or IVF file that is there", o.source)
		case info.IsDir():
			return wrongUse("--source %s is a folder: name a Y4M or IVF file in it", o.source)
		}
		v.Source = netcheck.VideoSource{Kind: netcheck.SourceFile, Name: o.source}
	}
	if !o.given["difficulty"] {
		return nil
	}
	if v.Source.Kind != netcheck.SourceSynthetic {
		return wrongUse("--difficulty is about the synthetic picture: leave it out with --source %s", o.source)
	}
	switch d := netcheck.Difficulty(strings.ToLower(o.difficulty)); d {
	case netcheck.DifficultyEasy, netcheck.DifficultyNormal, netcheck.DifficultyHard:
		v.Source.Difficulty = d
		return nil
	}
	return wrongUse("--difficulty %q: use easy, normal or hard", o.difficulty)
}

func (o *options) fillPicture(v *netcheck.VideoPlan) (err error) {
	if o.given["size"] {
		size, err := netcheck.ParseVideoSize(o.picture)
		if err != nil {
			return wrongUse("--size: %s", err)
		}
		v.Width, v.Height = size.Width, size.Height
	}
	if o.given["fps"] {
		if v.FPS, err = strconv.Atoi(o.fps); err != nil || v.FPS != 15 && v.FPS != 30 {
			return wrongUse("--fps %q: use 15 or 30", o.fps)
		}
	}
	if o.given["duration"] {
		if v.Duration, err = parseTime("duration", o.duration, "10s"); err != nil {
			return err
		}
		if v.Duration < netcheck.MinVideoDuration || v.Duration > netcheck.MaxVideoDuration { // the engine would take 0 for "not given"
			return wrongUse("--duration must be from 1s to %s", hours(netcheck.MaxVideoDuration))
		}
	}
	return nil
}

func hours(d time.Duration) string { return strconv.Itoa(int(d.Hours())) + "h" }

// fillBitrates takes a start above the highest bitrate's default for a wish to go as high.
func (o *options) fillBitrates(v *netcheck.VideoPlan) (err error) {
	if o.given["max"] {
		if v.MaxKbps, err = parseKbps("max", o.maxKbps); err != nil {
			return err
		}
		v.StartKbps = min(v.StartKbps, v.MaxKbps)
	}
	if o.given["start"] {
		if v.StartKbps, err = parseKbps("start", o.startKbps); err != nil {
			return err
		}
		if !o.given["max"] {
			v.MaxKbps = max(v.MaxKbps, v.StartKbps)
		}
	}
	if v.StartKbps > v.MaxKbps {
		return wrongUse("--start %s is above --max %s: lower the one or raise the other", o.startKbps, o.maxKbps)
	}
	return nil
}

func parseKbps(flag, text string) (float64, error) {
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(v) || v < netcheck.MinVideoKbps || v > netcheck.MaxVideoKbps || strings.ContainsAny(text, "_xX") {
		return 0, wrongUse("--%s %q: give kbit/s from %d to %d, for example --%s 1000", flag, text, netcheck.MinVideoKbps, netcheck.MaxVideoKbps, flag)
	}
	return v, nil
}
