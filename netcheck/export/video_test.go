package export

import (
	"time"

	"echopath/netcheck"
	"echopath/netcheck/stats"
)

func testVideoPlan() netcheck.VideoPlan {
	p := netcheck.DefaultVideoPlan(netcheck.VideoUnderLoad)
	p.Source = netcheck.VideoSource{Kind: netcheck.SourceCamera, Name: `=1+1, "Cam"`}
	return p
}

// picture is one that was shown 9 ms after it was taken, and a little more with each.
func picture(number uint32) stats.Frame {
	at := 1_000_000 + int64(number)*33_333
	return stats.Frame{Number: number, CaptureUS: at, SentUS: at + 2_400, ShownUS: at + 9_000 + int64(number)*11, Width: 640, Height: 360, Bytes: 4_100, Packets: 4,
		Status: stats.FrameShown, PSNR: 41.0625 - float64(number)/8, EncodeUS: 2_100 + int64(number), DecodeUS: 610}
}

// unseen is one that was not shown.
func unseen(number uint32, s stats.FrameStatus) stats.Frame {
	f := picture(number)
	f.ShownUS, f.PSNR, f.DecodeUS, f.Status = stats.NotMeasured, 0, 0, s
	switch s {
	case stats.FrameDropped:
		f.SentUS, f.Bytes, f.Packets = stats.NotMeasured, 0, 0
	case stats.FrameSkipped:
		f.SentUS, f.CaptureUS, f.Bytes, f.Packets, f.Width, f.Height, f.EncodeUS = stats.NotMeasured, stats.NotMeasured, 0, 0, 0, 0, 0
	}
	return f
}

// everyPicture has each fate once, a freeze, a copy and a change of size.
func everyPicture() stats.Frames {
	rows := stats.Frames{
		picture(0), picture(1), unseen(2, stats.FrameMissing), picture(3), unseen(4, stats.FrameDropped), unseen(5, stats.FrameSkipped),
		picture(6), picture(7), unseen(8, stats.FrameUnknown),
	}
	rows[0].Key, rows[0].SSIM, rows[3].Copies = true, 0.961234, 2
	rows[6].ShownUS += 200_000
	rows[7].ShownUS += 180_000
	rows[7].Width, rows[7].Height, rows[7].Key = 480, 270, true
	return rows
}

// videoEnd is the end of the records of these tests: a while after the last picture.
func videoEnd(rows stats.Frames) int64 { return 1_000_000 + int64(len(rows))*33_333 + 150_000 }

func videoResult(rows stats.Frames) *netcheck.VideoSummary {
	return &netcheck.VideoSummary{
		Plan: testVideoPlan(), Stats: stats.SummarizeFrames(rows, videoEnd(rows)), Begin: 1_000_000_400, Span: 300 * time.Millisecond,
		SentKbps: 905.12345, ReceivedKbps: 890.5, TargetKbps: 1033.3333333, DirectionKnown: true,
		RTT: stats.RTT{OK: true, N: 2, MinUS: 900, MeanUS: 1_100.5, P50US: 900, P95US: 1_301, P99US: 1_301, MaxUS: 1_301},
		Up:  stats.LossOf(30, 2), Down: stats.LossOf(28, 0), AfterRepair: stats.LossOf(28, 1), NACK: 2, PLI: 1, Retransmitted: 2,
		Self: netcheck.VideoSelfCheck{CaptureErrorP95: 350_500, QueueDropped: 1},
	}
}

// testVideoSamples are two seconds of windows, the second of them not whole and without a picture.
func testVideoSamples() []netcheck.VideoSample {
	var list []netcheck.VideoSample
	for i := range 5 {
		list = append(list, netcheck.VideoSample{Index: i, At: time.Second + time.Duration(i)*netcheck.VideoSampleWidth, FramesSent: 6, FramesShown: 5 + i/4,
			BytesSent: 25_000, BytesReceived: 24_000, PacketsSent: 24, TargetKbps: 1000 + 40*float64(i), OwnKbps: 1100, PeerKbps: -1, State: "increase",
			RTT: time.Duration(i) * time.Millisecond, RTTCount: i % 2, DelayMean: 9 * time.Millisecond, DelayMax: time.Duration(20-i) * time.Millisecond,
			PSNRSum: 205, PSNRCount: 5, Width: 640, Height: 360})
	}
	list[0].KeyFrames, list[2].LostUp, list[2].NACK, list[2].PeerKbps, list[4].Width, list[4].Height = 1, 2, 2, 900, 480, 270
	return append(list, netcheck.VideoSample{Index: 6, At: 2200 * time.Millisecond, FramesDropped: 1, FramesSkipped: 2, LostDown: 3, LostAfter: 1, PLI: 1,
		TargetKbps: -1, OwnKbps: -1, PeerKbps: 750, State: `=de"crease`, Frozen: 200 * time.Millisecond})
}

// testFrames writes the pictures behind testReport.
func testFrames(w *FrameWriter) {
	w.Observe(netcheck.Event{Path: netcheck.PathDirect, Body: netcheck.FramesDecided{Frames: everyPicture()}})
	w.Observe(netcheck.Event{Path: netcheck.PathDirect, Body: netcheck.PathEnded{State: netcheck.StateOK}})
}
