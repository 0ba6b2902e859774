package export

import (
	"fmt"
	"io"
	"strconv"

	"echopath/netcheck"
)

// summaryRow is what a row of summary.csv is made from. carrier is nil on a path without figures.
type summaryRow struct {
	path    pathDoc
	carrier *carrierDoc
}

// column is a column of summary.csv.
type column struct {
	name string
	cell func(summaryRow) string
}

// Summary writes summary.csv: a row a path and carrier, and a row with an empty carrier for each path without figures, so
// that every path of the plan is there with its state and reason. The figures are those that packets.csv gives; bitrates and
// the measurer's check of itself are in the JSON report.
func Summary(w io.Writer, r netcheck.Report, v netcheck.Verdict) error {
	columns := summaryColumns()
	cells := make([]string, len(columns))
	for i, c := range columns {
		cells[i] = c.name
	}
	b := appendRow(nil, cells...)
	for _, row := range summaryRows(newDocument(r, v)) {
		for i, c := range columns {
			cells[i] = c.cell(row)
		}
		b = appendRow(b, cells...)
	}
	if _, err := w.Write(b); err != nil {
		return fmt.Errorf("write the summary: %w", err)
	}
	return nil
}

func summaryRows(d document) []summaryRow {
	var rows []summaryRow
	for _, p := range d.Paths {
		for i := range p.Carriers {
			rows = append(rows, summaryRow{p, &p.Carriers[i]})
		}
		if len(p.Carriers) == 0 {
			rows = append(rows, summaryRow{path: p})
		}
	}
	return rows
}

// summaryColumns lists the columns from left to right. New ones go to the end.
func summaryColumns() []column {
	list := pathColumns()
	list = append(list, wayColumns("up", func(c *carrierDoc) *wayDoc { return &c.Up })...)
	list = append(list, wayColumns("down", func(c *carrierDoc) *wayDoc { return &c.Down })...)
	list = append(list, lossColumns("total", func(c *carrierDoc) *lossDoc { return &c.Total })...)
	list = append(list, roundTripColumns()...)
	list = append(list, jitterColumns("up", func(c *carrierDoc) *wayDoc { return &c.Up })...)
	list = append(list, jitterColumns("down", func(c *carrierDoc) *wayDoc { return &c.Down })...)
	list = append(list, loadColumns()...)
	return append(list, videoColumns()...)
}

func loadColumns() []column {
	of := func(c *carrierDoc) loadDoc {
		if c.LoadEffect == nil {
			return loadDoc{}
		}
		return *c.LoadEffect
	}
	return []column{
		figured("load_increase_ms", func(c *carrierDoc) *float64 { return of(c).IncreaseMS }),
		figured("load_grade", func(c *carrierDoc) *string { return text(of(c).Grade) }),
	}
}

// videoColumns are those of the path's video, in the row of each carrier.
func videoColumns() []column {
	return []column{
		viewed("video_frames_sent", func(v *videoDoc) *int { return v.FramesSent }),
		viewed("video_frames_echoed", func(v *videoDoc) *int { return v.Echoed }),
		viewed("video_frames_missing", func(v *videoDoc) *int { return v.Missing }),
		viewed("video_freezes", func(v *videoDoc) *int { return v.Freezes }),
		viewed("video_frozen_s", func(v *videoDoc) *float64 { return v.FrozenS }),
		viewed("video_longest_freeze_ms", func(v *videoDoc) *float64 { return v.LongestMS }),
		viewed("video_delay_p50_ms", func(v *videoDoc) *float64 { return v.DelayMS.P50 }),
		viewed("video_delay_p95_ms", func(v *videoDoc) *float64 { return v.DelayMS.P95 }),
		viewed("video_delay_max_ms", func(v *videoDoc) *float64 { return v.DelayMS.Max }),
		viewed("video_sent_kbps", func(v *videoDoc) *float64 { return v.Bitrate.Sent }),
		viewed("video_received_kbps", func(v *videoDoc) *float64 { return v.Bitrate.Received }),
		viewed("video_target_kbps", func(v *videoDoc) *float64 { return v.Bitrate.Target }),
		viewed("video_loss_before_repair_up", func(v *videoDoc) *float64 { return v.LossBefore.Up.LossRatio }),
		viewed("video_loss_before_repair_down", func(v *videoDoc) *float64 { return v.LossBefore.Down.LossRatio }),
		viewed("video_loss_after_repair", func(v *videoDoc) *float64 { return v.LossAfter.LossRatio }),
		viewed("video_psnr_db", func(v *videoDoc) *float64 { return v.PSNRDB }),
		viewed("video_ssim", func(v *videoDoc) *float64 { return v.SSIM }),
	}
}

// viewed is a column of a path's video, empty on a path without one.
func viewed[T int | float64](name string, get func(*videoDoc) *T) column {
	return column{name, func(r summaryRow) string {
		if r.path.Video == nil {
			return ""
		}
		return cell(get(r.path.Video))
	}}
}

func pathColumns() []column {
	of := func(name string, get func(pathDoc) string) column {
		return column{name, func(r summaryRow) string { return get(r.path) }}
	}
	return []column{
		of("path", func(p pathDoc) string { return p.Path }),
		figured("carrier", func(c *carrierDoc) *string { return &c.Carrier }),
		of("state", func(p pathDoc) string { return p.State }),
		of("reason_code", func(p pathDoc) string { return cell(p.ReasonCode) }),
		of("reason", func(p pathDoc) string { return cell(p.Reason) }),
		of("grade", func(p pathDoc) string { return cell(p.Grade) }),
		of("direction", func(p pathDoc) string { return cell(p.Direction) }),
		of("nat_between", func(p pathDoc) string { return cell(p.NATBetween) }),
		of("family", func(p pathDoc) string { return cell(p.Family) }),
		of("interface", func(p pathDoc) string { return cell(p.Interface) }),
		of("server", func(p pathDoc) string { return cell(p.Server) }),
		of("connect_ms", func(p pathDoc) string { return cell(p.ConnectMS) }),
		figured("partial", func(c *carrierDoc) *bool { return &c.Partial }),
	}
}

// figured is a column of a carrier's figures, empty on a path without any.
func figured[T string | int | bool | float64](name string, get func(*carrierDoc) *T) column {
	return column{name, func(r summaryRow) string {
		if r.carrier == nil {
			return ""
		}
		return cell(get(r.carrier))
	}}
}

func lossColumns(prefix string, of func(*carrierDoc) *lossDoc) []column {
	return []column{
		figured(prefix+"_sent", func(c *carrierDoc) *int { return of(c).Sent }),
		figured(prefix+"_received", func(c *carrierDoc) *int { return of(c).Received }),
		figured(prefix+"_lost", func(c *carrierDoc) *int { return of(c).Lost }),
		figured(prefix+"_loss_ratio", func(c *carrierDoc) *float64 { return of(c).LossRatio }),
		figured(prefix+"_ci95_low", func(c *carrierDoc) *float64 { return of(c).CI95Low }),
		figured(prefix+"_ci95_high", func(c *carrierDoc) *float64 { return of(c).CI95High }),
	}
}

func wayColumns(prefix string, of func(*carrierDoc) *wayDoc) []column {
	list := lossColumns(prefix, func(c *carrierDoc) *lossDoc { return &of(c).lossDoc })
	list = append(list,
		figured(prefix+"_duplicate", func(c *carrierDoc) *int { return of(c).Duplicate }),
		figured(prefix+"_reordered", func(c *carrierDoc) *int { return of(c).Reordered }),
		figured(prefix+"_bursts", func(c *carrierDoc) *int { return of(c).Bursts.Count }),
		figured(prefix+"_burst_max", func(c *carrierDoc) *int { return of(c).Bursts.Max }),
		figured(prefix+"_burst_mean", func(c *carrierDoc) *float64 { return of(c).Bursts.Mean }),
	)
	list = append(list, histogramColumns(prefix, of)...)
	return append(list,
		figured(prefix+"_jitter_ms", func(c *carrierDoc) *float64 { return of(c).JitterMS }),
		figured(prefix+"_ipdv_mean_abs_ms", func(c *carrierDoc) *float64 { return of(c).IPDVMeanAbsMS }),
	)
}

func jitterColumns(prefix string, of func(*carrierDoc) *wayDoc) []column {
	return []column{
		figured(prefix+"_jitter_mean_ms", func(c *carrierDoc) *float64 { return of(c).JitterMeanMS }),
		figured(prefix+"_jitter_p95_ms", func(c *carrierDoc) *float64 { return of(c).JitterP95MS }),
	}
}

func histogramColumns(prefix string, of func(*carrierDoc) *wayDoc) []column {
	class := func(name string, get func(*histogramDoc) int) column {
		return column{prefix + "_bursts_of_" + name, func(r summaryRow) string {
			if r.carrier == nil || of(r.carrier).Bursts.Histogram == nil {
				return ""
			}
			return strconv.Itoa(get(of(r.carrier).Bursts.Histogram))
		}}
	}
	return []column{
		class("1", func(h *histogramDoc) int { return h.One }),
		class("2", func(h *histogramDoc) int { return h.Two }),
		class("3", func(h *histogramDoc) int { return h.Three }),
		class("4", func(h *histogramDoc) int { return h.Four }),
		class("5_9", func(h *histogramDoc) int { return h.FiveNine }),
		class("10_up", func(h *histogramDoc) int { return h.TenUp }),
	}
}

func roundTripColumns() []column {
	return []column{
		figured("late", func(c *carrierDoc) *int { return c.Late }),
		figured("skipped_sender", func(c *carrierDoc) *int { return &c.skippedSender }),
		figured("skipped_reflector", func(c *carrierDoc) *int { return &c.skippedReflector }),
		figured("rtt_min_ms", func(c *carrierDoc) *float64 { return c.RTTMS.Min }),
		figured("rtt_mean_ms", func(c *carrierDoc) *float64 { return c.RTTMS.Mean }),
		figured("rtt_p50_ms", func(c *carrierDoc) *float64 { return c.RTTMS.P50 }),
		figured("rtt_p95_ms", func(c *carrierDoc) *float64 { return c.RTTMS.P95 }),
		figured("rtt_p99_ms", func(c *carrierDoc) *float64 { return c.RTTMS.P99 }),
		figured("rtt_max_ms", func(c *carrierDoc) *float64 { return c.RTTMS.Max }),
	}
}
