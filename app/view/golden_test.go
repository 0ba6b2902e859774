package view

import (
	"slices"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"echopath/app/look"
	"echopath/app/model"
	"echopath/app/present/presenttest"
	"echopath/netcheck"
)

// shot is a state of the window to look at.
type shot struct {
	name string
	mode look.Mode
	size fyne.Size
	do   func(*world)
}

var shots = []shot{
	{"idle_light", look.ModeLight, narrow, func(*world) {}},
	{"idle_dark", look.ModeDark, narrow, func(d *world) { d.turn() }},
	{"idle_wide", look.ModeLight, wide, func(*world) {}},
	{"badform_light", look.ModeLight, narrow, func(d *world) {
		d.form(func(f *model.Form) { f.Target, f.Servers.URLs = netcheck.TargetTURN, "https://turn.example.com" })
	}},
	{"running_light", look.ModeLight, narrow, func(d *world) { d.play(allGood(d.t), 27*time.Second) }},
	{"running_dark", look.ModeDark, narrow, func(d *world) { d.play(allGood(d.t), 27*time.Second) }},
	{"good_light", look.ModeLight, narrow, func(d *world) { d.done(allGood(d.t), kept) }},
	{"good_wide", look.ModeLight, wide, func(d *world) {
		d.done(allGood(d.t), kept)
		d.w.test.open(netcheck.PathRelayTLS)
	}},
	{"poor_wide", look.ModeLight, wide, func(d *world) { d.turn(); d.done(poorLine(d.t), kept) }},
	{"poor_findings", look.ModeLight, narrow, func(d *world) {
		d.turn()
		d.done(poorLine(d.t), kept)
		d.w.actions.findings.run()
	}},
	{"poor_dark", look.ModeDark, narrow, func(d *world) { d.turn(); d.done(poorLine(d.t), kept) }},
	{"failed_light", look.ModeLight, narrow, func(d *world) {
		d.turn()
		d.done(nothingAnswers(d.t), model.Outcome{SaveErr: errDisk})
	}},
	{"failed_details", look.ModeLight, narrow, func(d *world) {
		d.turn()
		d.done(nothingAnswers(d.t), kept)
		d.w.test.open(netcheck.PathRelayTCP)
	}},
	{"notstarted_dark", look.ModeDark, narrow, func(d *world) { d.failToStart() }},
	{"log_light", look.ModeLight, narrow, func(d *world) {
		d.turn()
		d.done(poorLine(d.t), kept)
		d.w.actions.log.run()
	}},
	{"options_dark", look.ModeDark, narrow, func(d *world) { d.turn(); d.w.actions.options.run() }},
	{"options_problems", look.ModeLight, narrow, func(d *world) {
		d.form(func(f *model.Form) {
			f.Preset = model.Custom
			f.Load = model.Load{Rate: "fast", Size: "99999", Duration: "", LateAfter: "150"}
			f.Iface = "eth9 or so"
		})
		d.w.actions.options.run()
	}},
	{"servers_problems", look.ModeLight, narrow, func(d *world) {
		d.form(func(f *model.Form) {
			f.Target = netcheck.TargetTURN
			f.Servers = model.Servers{URLs: "turn:turn.example.com:3478\nhttps://turn.example.com\nturns:turn.example.com", User: "ann",
				CAFile: "/etc/ssl/own.pem", CAProblem: "There is no file of this name.", Pins: "12:34"}
		})
		d.w.actions.servers.run()
	}},
	{"servers_tried_dark", look.ModeDark, narrow, func(d *world) {
		d.turn()
		d.answer = func(done func([]Tried, error)) {
			done([]Tried{{"stun:turn.example.com:3478", true, "answered in 12 ms."},
				{"turn:turn.example.com:3478?transport=udp", true, "a relay was given in 31 ms."},
				{"turns:turn.example.com:5349?transport=tcp", false, "turn.example.com did not answer on TCP port 5349 within 5 s. Ask the firewall team to allow TCP to turn.example.com port 5349."}}, nil)
		}
		d.w.actions.servers.run()
		d.button("Try them").OnTapped()
	}},
	{"settings_light", look.ModeLight, narrow, func(d *world) { d.w.actions.settings.run() }},
	{"settings_dark", look.ModeDark, narrow, func(d *world) {
		d.w.actions.settings.run()
		d.w.settings.folder.SetText("Documents")
	}},
	{"video_empty_light", look.ModeLight, narrow, func(d *world) { d.onVideo() }},
	{"video_empty_dark_wide", look.ModeDark, wide, func(d *world) { d.onVideo() }},
	{"video_running_light", look.ModeLight, narrow, func(d *world) { d.onVideo(); d.playVideo(freezing(d.t), 8200*time.Millisecond) }},
	{"video_frozen_dark", look.ModeDark, narrow, func(d *world) { d.onVideo(); d.playVideo(freezing(d.t), 2600*time.Millisecond) }},
	{"video_running_wide", look.ModeLight, wide, func(d *world) { d.onVideo(); d.playVideo(freezing(d.t), 18*time.Second) }},
	{"video_done_light", look.ModeLight, narrow, func(d *world) { d.onVideo(); d.doneVideo(freezing(d.t), kept) }},
	{"video_done_dark_wide", look.ModeDark, wide, func(d *world) { d.onVideo(); d.doneVideo(freezing(d.t), kept) }},
	{"video_paths_light", look.ModeLight, narrow, func(d *world) {
		d.onVideo()
		d.doneVideo(freezing(d.t), kept)
		d.w.actions.comparison.run()
	}},
	{"video_large", look.ModeLight, fyne.NewSize(1920, 1080-menuBar), func(d *world) { d.onVideo(); d.doneVideo(freezing(d.t), kept) }},
	{"video_quality_dark", look.ModeDark, narrow, func(d *world) {
		d.onVideo()
		d.doneVideo(freezing(d.t), kept)
		d.w.actions.choices[3].run()
	}},
	{"video_log_light", look.ModeLight, narrow, func(d *world) {
		d.onVideo()
		d.doneVideo(freezing(d.t), kept)
		d.w.actions.log.run()
	}},
	{"video_two_light", look.ModeLight, narrow, func(d *world) {
		d.onVideo()
		d.w.actions.difference.run()
		d.playVideo(freezing(d.t), 8200*time.Millisecond)
	}},
	{"video_options_light", look.ModeLight, narrow, func(d *world) {
		d.onVideo()
		d.cameras = []string{"Integrated Camera", "Logitech C920"}
		d.w.actions.options.run()
	}},
	{"video_options_problems_dark", look.ModeDark, narrow, func(d *world) {
		d.onVideo()
		d.videoForm(func(f *model.Form) {
			f.Video.Source, f.Video.File, f.Video.FileWhy = netcheck.SourceFile, "/home/ann/talk.mp4", "There is no file of this name."
			f.Video.StartKbps, f.Video.MaxKbps, f.Video.Duration = "5000", "2500", "soon"
			f.Video.Record, f.Video.RecordFile, f.Video.RecordWhy = true, "/root/echo.webm", "You may not write there."
		})
		d.w.actions.options.run()
	}},
	{"video_none_light", look.ModeLight, narrow, func(d *world) {
		d.v.NoVideo("This program was built without a video codec. Take the full build from the download page.")
		d.onVideo()
	}},
	{"host_off_light", look.ModeLight, narrow, func(d *world) { d.w.show(screenHost) }},
	{"host_off_dark_wide", look.ModeDark, wide, func(d *world) { d.w.show(screenHost) }},
	{"host_failed_light", look.ModeLight, narrow, func(d *world) {
		d.w.show(screenHost)
		d.h.Begin()
		d.h.Stopped(&netcheck.Failure{Code: netcheck.ReasonLocal, Text: "Port 3478 of 192.0.2.7 is used by another program.", Advice: "Close that program, or choose another UDP port under “More…”."})
		d.w.Refresh()
	}},
	{"host_empty_light", look.ModeLight, narrow, func(d *world) { d.host(emptyHost(d)) }},
	{"host_empty_dark_wide", look.ModeDark, wide, func(d *world) { d.host(emptyHost(d)) }},
	{"host_guests_light", look.ModeLight, narrow, func(d *world) {
		d.host(hostingNow(d))
		d.runOf("g1", livelyBetweenTwo(d.t), 27*time.Second)
		d.w.host.lower.choose(hostCharts)
	}},
	{"host_guests_dark_wide", look.ModeDark, wide, func(d *world) {
		d.host(hostingNow(d))
		d.runOf("g1", livelyBetweenTwo(d.t), 27*time.Second)
		d.w.host.lower.choose(hostPaths)
	}},
	{"host_done_light_wide", look.ModeLight, wide, func(d *world) {
		s := hostingNow(d)
		s.Guests = s.Guests[:2]
		d.host(s)
		d.endRunOf("g1", livelyBetweenTwo(d.t))
		d.w.host.lower.choose(hostFindings)
	}},
	{"host_paths_dark", look.ModeDark, narrow, func(d *world) {
		d.host(hostingNow(d))
		d.runOf("g1", livelyBetweenTwo(d.t), 27*time.Second)
		d.w.host.lower.choose(hostPaths)
	}},
	{"host_totals_light", look.ModeLight, narrow, func(d *world) { d.host(hostingNow(d)); d.w.host.lower.choose(hostTotals) }},
	{"host_log_light", look.ModeLight, narrow, func(d *world) { d.host(hostingNow(d)); d.w.host.lower.choose(hostLog) }},
	{"host_large", look.ModeLight, large, func(d *world) { d.host(hostingNow(d)); d.runOf("g1", livelyBetweenTwo(d.t), 27*time.Second) }},
	{"host_more_dark", look.ModeDark, narrow, func(d *world) { d.w.show(screenHost); d.w.actions.hostMore.run() }},
	{"host_more_problems", look.ModeLight, narrow, func(d *world) {
		d.w.show(screenHost)
		d.h.SetForm(model.HostForm{TLSPort: "99999", PeerPorts: "5-6", Public: "localhost", Announce: "http://x", STUN: "turn:x"})
		d.w.actions.hostMore.run()
	}},
	{"host_qr_light", look.ModeLight, narrow, func(d *world) { d.host(emptyHost(d)); d.w.actions.showQR.run() }},
	{"host_qr_dark", look.ModeDark, narrow, func(d *world) { d.host(emptyHost(d)); d.w.actions.showQR.run() }},
	{"waiting_on_test_light", look.ModeLight, narrow, func(d *world) {
		d.host(hostingNow(d))
		d.w.show(screenTest)
		d.play(allGood(d.t), 27*time.Second)
	}},
	{"join_empty_light", look.ModeLight, narrow, func(d *world) { d.form(func(f *model.Form) { f.Target = netcheck.TargetInvite }) }},
	{"join_in_dark", look.ModeDark, narrow, func(d *world) { d.joined() }},
	{"join_running_light", look.ModeLight, narrow, func(d *world) { d.joined(); d.play(livelyBetweenTwo(d.t), 27*time.Second) }},
	{"join_gone_light", look.ModeLight, narrow, func(d *world) { d.joined(); d.j.Gone(errExpired); d.w.Refresh() }},
	{"join_video_dark", look.ModeDark, narrow, func(d *world) { d.joined(); d.onVideo() }},
	{"paste_host_light", look.ModeLight, narrow, func(d *world) { d.pasteSheet("") }},
	{"paste_host_problem_dark", look.ModeDark, narrow, func(d *world) { d.pasteSheet("EPA1-not-whole") }},
	{"paste_guest_light", look.ModeLight, narrow, func(d *world) { d.answerSheet() }},
	{"paste_guest_dark_wide", look.ModeDark, wide, func(d *world) { d.answerSheet() }},
	{"call_idle_light", look.ModeLight, narrow, func(d *world) { d.onCall() }},
	{"call_running_light", look.ModeLight, narrow, func(d *world) { d.onCall(); d.playVideo(callEvents(d.t, unevenCall), 12*time.Second) }},
	{"call_running_dark_wide", look.ModeDark, wide, func(d *world) { d.onCall(); d.playVideo(callEvents(d.t, unevenCall), 22*time.Second) }},
	{"call_done_light_wide", look.ModeLight, wide, func(d *world) {
		d.onCall()
		d.doneVideo(callEvents(d.t, unevenCall), kept)
		d.w.actions.comparison.run()
	}},
	{"call_paths_dark", look.ModeDark, narrow, func(d *world) {
		d.onCall()
		d.doneVideo(callEvents(d.t, unevenCall), kept)
		d.w.actions.comparison.run()
	}},
	{"call_refused_light", look.ModeLight, narrow, func(d *world) { d.onCall(); d.j.Calls(false); d.w.Refresh() }},
	{"host_call_light", look.ModeLight, narrow, func(d *world) { d.guestCall(callEvents(d.t, unevenCall), 12*time.Second) }},
	{"host_call_dark_wide", look.ModeDark, wide, func(d *world) { d.guestCall(callEvents(d.t, unevenCall), 12*time.Second) }},
	{"host_echo_light", look.ModeLight, narrow, func(d *world) {
		s := hostingNow(d)
		s.Guests = s.Guests[:2]
		d.host(s)
		d.runOf("g1", freezing(d.t), 8200*time.Millisecond)
	}},
	{"video_whole_dark", look.ModeDark, wide, func(d *world) {
		d.onVideo()
		d.playVideo(freezing(d.t), 8200*time.Millisecond)
		d.w.actions.wholeScreen.run()
	}},
}

var freezingRun = presenttest.VideoFreezing

// freezing is a video over three paths that stands still now and then.
func freezing(t *testing.T) []netcheck.Event {
	return videoEvents(t, freezingRun, netcheck.VideoAlone, threePaths...)
}

// raceDetector is set when tests run with it.
var raceDetector bool

func TestPictures(t *testing.T) {
	if raceDetector {
		t.Skip("drawing twenty windows takes minutes with the race detector, and is done by one goroutine")
	}
	for _, s := range slices.Concat(shots, networkShots) {
		t.Run(s.name, func(t *testing.T) {
			d := newWorld(t, s.mode, s.size)
			s.do(d)
			if d.sheets() == 0 {
				d.win.Canvas().Unfocus()
			}
			d.settle()
			golden(t, s.name+".png", d.win.Canvas().Capture())
		})
	}
}
