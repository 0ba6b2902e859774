package present

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"echopath/netcheck"
)

// filmed lists the paths on which a video was run, or was to be.
func filmed(r netcheck.Report) []netcheck.PathReport {
	return slices.DeleteFunc(slices.Clone(r.Paths), func(p netcheck.PathReport) bool {
		return p.Video == nil && r.Granted.Video.Mode != netcheck.VideoAlone
	})
}

// Seen tells that a path's video has figures.
func Seen(p netcheck.PathReport) bool { return p.Video != nil && p.Video.Result != nil }

// videoColumns are the figures of a video, the weightiest first.
func videoColumns(r netcheck.Report) []column {
	_, back := Ways(r)
	return []column{
		{title: "Shown", unit: "pictures"},
		{title: "Frozen"},
		{title: "Delay ms", unit: "p50 / p95", right: true},
		{title: "Loss", unit: "raw", right: true},
		{title: "Loss", unit: "repaired", right: true},
		{title: "kbit/s", unit: back, right: true},
		{title: "PSNR", unit: "dB", right: true},
		{title: "SSIM", right: true},
		{title: "FPS", right: true},
		{title: "RTT ms", unit: "p50 / p95", right: true},
	}
}

// narrowVideo is how many of them are there where the screen is narrow.
const narrowVideo = 7

func (f VideoFigures) cells() []cell {
	return plain(f.Shown, f.FrozenShort, f.Delay, f.LossBefore, f.LossAfter, f.Received, f.PSNR, f.SSIM, f.FPS, f.RTT)
}

// printVideo lays the videos of the paths out, as printPaths does their packets. Where nothing but video ran, the table has the
// states of the paths too.
func printVideo(out page, r netcheck.Report, v netcheck.Verdict) {
	paths := filmed(r)
	if len(paths) == 0 {
		return
	}
	if r.Granted.Video.Mode != netcheck.VideoAlone {
		out.line("\nVideo echo")
	}
	if !slices.ContainsFunc(paths, Seen) {
		videoStates(r, v, paths).write(out)
		return
	}
	for _, t := range []table{wideVideo(r, v, paths), narrowVideoTable(r, v, paths)} {
		if t.width(out) <= out.Width && out.Width >= MinWidth {
			t.write(out)
			return
		}
	}
	printVideoList(out, r, v, paths)
}

// videoStates says why there are no figures.
func videoStates(r netcheck.Report, v netcheck.Verdict, paths []netcheck.PathReport) table {
	t := table{columns: []column{{title: "Path"}, {title: "State"}}}
	for _, p := range paths {
		t.rows = append(t.rows, videoHead(r, v, p))
	}
	return t
}

func wideVideo(r netcheck.Report, v netcheck.Verdict, paths []netcheck.PathReport) table {
	state := []column{{title: "Path"}}
	alone := r.Granted.Video.Mode == netcheck.VideoAlone
	if alone {
		state = append(state, column{title: "State"}, column{title: "Connect", unit: "ms", right: true})
	}
	t := table{columns: slices.Concat(state, videoColumns(r))}
	for _, p := range paths {
		if !Seen(p) {
			t.rows = append(t.rows, videoHead(r, v, p))
			continue
		}
		first := plain(p.Path.Title())
		if alone {
			first = append(first, stateCell(p, v.Paths[p.Path]), cell{text: Millis(p.Connect)})
		}
		t.rows = append(t.rows, row{cells: slices.Concat(first, VideoOf(p, v.Paths[p.Path]).cells())})
		if why := videoDoubt(r, p, v.Paths[p.Path]); why != "" {
			t.rows = append(t.rows, row{span: why})
		}
	}
	return t
}

func narrowVideoTable(r netcheck.Report, v netcheck.Verdict, paths []netcheck.PathReport) table {
	t := table{columns: slices.Concat([]column{{title: "Path"}}, videoColumns(r)[:narrowVideo])}
	for _, p := range paths {
		figures := VideoOf(p, v.Paths[p.Path]).cells()[:narrowVideo]
		why := videoDoubt(r, p, v.Paths[p.Path])
		switch {
		case !Seen(p):
			t.rows = append(t.rows, videoHead(r, v, p))
		case r.Granted.Video.Mode == netcheck.VideoAlone:
			t.rows = append(t.rows, videoHead(r, v, p), row{cells: slices.Concat(plain("  video"), figures)})
		default:
			t.rows = append(t.rows, row{cells: slices.Concat(plain(p.Path.Title()), figures)})
			if why != "" {
				t.rows = append(t.rows, row{span: why})
			}
		}
	}
	return t
}

// printVideoList is for screens where no table fits.
func printVideoList(out page, r netcheck.Report, v netcheck.Verdict, paths []netcheck.PathReport) {
	for i, p := range paths {
		if i > 0 {
			out.line("")
		}
		writeSpan(out, videoHead(r, v, p), Columns(p.Path.Title()), 2)
		if !Seen(p) {
			continue
		}
		f := VideoOf(p, v.Paths[p.Path])
		listFigures(out, "  ", []figure{{"Shown", f.Shown, " pictures"}, {"Frozen", f.Frozen, ""}, {"Delay p50", f.DelayP50, " ms"},
			{"Delay p95", f.DelayP95, " ms"}, {"Lost", f.LossBefore, " before repair"}, {"", f.LossAfter, " after repair"},
			{"Bitrate", f.Received, " kbit/s"}, {"PSNR", f.PSNR, " dB"}, {"SSIM", f.SSIM, ""}})
	}
}

// videoHead is a path's line where the figures stand elsewhere, or where there are none. The state of a path with packets stands
// beside those.
func videoHead(r netcheck.Report, v netcheck.Verdict, p netcheck.PathReport) row {
	if r.Granted.Video.Mode != netcheck.VideoAlone {
		why := videoDoubt(r, p, v.Paths[p.Path])
		if why == "" && !Seen(p) {
			why = "No video."
		}
		return row{head: p.Path.Title(), span: why}
	}
	text := because(p)
	if Seen(p) {
		text = ", connected in " + Millis(p.Connect) + " ms"
		if why := videoDoubt(r, p, v.Paths[p.Path]); why != "" {
			text += ". " + why
		}
	}
	return row{head: p.Path.Title(), mark: stateCell(p, v.Paths[p.Path]), span: text}
}

// videoDoubt is the reason why the figures of a path's video are not there, or not to be trusted; "" if they are.
func videoDoubt(r netcheck.Report, p netcheck.PathReport, g netcheck.Grade) string {
	alone := r.Granted.Video.Mode == netcheck.VideoAlone // else the path's own doubt stands beside the packets
	switch doubt := Doubt(p, g); {
	case alone && doubt != "":
		return doubt
	case p.Video == nil || p.Video.Text == "":
		return ""
	case p.Video.Code == netcheck.ReasonCancelled:
		return "Stopped before its end."
	}
	return sentence(p.Video.Text)
}

// loadLine says what the video did to the packets of a path; why that is not known where it was to be found out; "" where it was
// not.
func loadLine(r netcheck.Report, p netcheck.PathReport) string {
	text := LoadDetail(LoadOf(p))
	if text == "" && r.Granted.Video.Mode == netcheck.VideoUnderLoad && len(Measured(p)) > 0 {
		return "Not measured: too few packets came back before or beside the video."
	}
	return text
}

// printLoad says what the video did to the packets, path by path.
func printLoad(out page, r netcheck.Report) {
	first := true
	for _, p := range r.Paths {
		text := loadLine(r, p)
		if text == "" {
			continue
		}
		if first {
			out.line("\n" + string(TermLatencyUnderLoad))
			first = false
		}
		out.hanging("", "  ", p.Path.Title()+": "+text)
	}
}

// VideoLegend explains the columns of the videos in a paragraph; "" if there are none.
func VideoLegend(r netcheck.Report) string {
	if !slices.ContainsFunc(r.Paths, Seen) {
		return ""
	}
	out, back := Ways(r)
	return "Video: pictures shown of those sent. Frozen: how long the picture stood still beyond the usual. Delay: from taking a picture " +
		"until its echo could be shown, for half of the pictures and for 95 % of them. Loss: packets lost, " + out + " and " + back + " together, before repair (raw) " +
		"and in spite of it (repaired). PSNR and SSIM: how close the echo is to the picture that was sent (above 40 dB hardly anybody sees a difference). " +
		None + ": not measured."
}

// VideoWords says in one line what a plan's video is: "video 640x360@30, synthetic picture (normal), at most 2500 kbit/s, 10 s".
func VideoWords(v netcheck.VideoPlan) string {
	if !v.On() {
		return ""
	}
	parts := []string{"video " + Picture(netcheck.VideoSize{Width: v.Width, Height: v.Height}, v.FPS), SourceWords(v.Source),
		"at most " + Number(v.MaxKbps, 3) + " kbit/s", About(v.Duration)}
	first := onTheFirst(v, math.MaxInt)
	switch v.Mode {
	case netcheck.VideoUnderLoad:
		parts = append(parts, "beside the packets")
	case netcheck.VideoAfterLoss:
		parts = append(parts, "after the packets"+first)
	case netcheck.VideoAlone, netcheck.VideoCall:
		if v.Mode == netcheck.VideoCall {
			parts[0] = "two-way call " + strings.TrimPrefix(parts[0], "video ")
		}
		if first != "" {
			parts = append(parts, strings.TrimSpace(first))
		}
	case netcheck.VideoNone:
	}
	return strings.Join(parts, ", ")
}

// SourceWords says where pictures come from: "synthetic picture (normal)", "camera “Integrated”", "a file".
func SourceWords(s netcheck.VideoSource) string {
	switch {
	case s.Kind == netcheck.SourceCamera && s.Name != "":
		return fmt.Sprintf("camera “%s”", Printable(s.Name))
	case s.Kind == netcheck.SourceCamera:
		return "the first camera"
	case s.Kind == netcheck.SourceFile:
		return "a file"
	case s.Difficulty != "":
		return fmt.Sprintf("synthetic picture (%s)", s.Difficulty)
	}
	return "synthetic picture"
}
