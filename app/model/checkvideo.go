package model

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"echopath/app/present"
	"echopath/netcheck"
)

// machine is what is known of this computer.
type machine struct {
	noVideo string   // why there is no video at all; "" if there is
	cameras []string // their names
	why     string   // why they could not be asked for; "" if they could
	asked   bool     // the cameras are known
}

// callLoad is what is sent beside a video: as many packets as a voice call, and as small.
func callLoad() netcheck.LossPlan {
	voice, _ := netcheck.PresetByName("voice")
	voice.Loss.Preset, voice.Loss.Carriers = Custom, []netcheck.Carrier{netcheck.CarrierSRTP}
	return voice.Loss
}

// read reads the form for the screen "Video echo".
func (v *Video) read(f Form, u Units) Checked {
	r := newReading(f)
	if v.machine.noVideo != "" {
		r.wrong(FieldSource, sentence(forWindow(v.machine.noVideo)))
	}
	r.readTarget()
	r.readPaths()
	r.readVideo(v.machine)
	r.readNetwork()
	record := r.readRecording()
	c := r.checked(u)
	c.Record = record
	return c
}

func (r *reading) readVideo(m machine) {
	f := r.form.Video
	r.plan.Video = netcheck.VideoPlan{Mode: netcheck.VideoAlone, Width: f.Size.Width, Height: f.Size.Height, FPS: f.FPS, Adapt: f.Adapt}
	switch {
	case r.form.calls():
		r.plan.Video.Mode = netcheck.VideoCall
	case f.UnderLoad:
		r.plan.Video.Mode, r.plan.Loss = netcheck.VideoUnderLoad, callLoad()
	}
	r.readSource(f, m)
	if !slices.Contains(netcheck.VideoSizes(), f.Size) {
		r.wrong(FieldPicture, "Choose a size of the picture, for example 640x360.")
	}
	if f.FPS != 15 && f.FPS != 30 {
		r.wrong(FieldFPS, "Choose 15 or 30 pictures a second.")
	}
	v := &r.plan.Video
	v.StartKbps = r.kbps(FieldStartKbps, f.StartKbps, "the bitrate to start with")
	v.MaxKbps = r.kbps(FieldMaxKbps, f.MaxKbps, "the highest bitrate")
	if v.StartKbps > v.MaxKbps && v.MaxKbps > 0 {
		r.wrong(FieldStartKbps, fmt.Sprintf("The video can not start with more than the highest bitrate, which is %s kbit/s.", present.Number(v.MaxKbps, 6)))
	}
	v.Duration = r.duration(FieldVideoTime, f.Duration)
}

func (r *reading) readSource(f VideoForm, m machine) {
	s := &r.plan.Video.Source
	switch s.Kind = f.Source; f.Source {
	case netcheck.SourceSynthetic:
		if s.Difficulty = f.Difficulty; !slices.Contains(Difficulties(), f.Difficulty) {
			r.wrong(FieldDifficulty, "Choose how hard the synthetic picture is: easy, normal or hard.")
		}
	case netcheck.SourceCamera:
		if s.Name = f.Camera; cameraProblem(f.Camera, m) != "" {
			r.wrong(FieldCamera, cameraProblem(f.Camera, m))
		}
	case netcheck.SourceFile:
		switch s.Name = strings.TrimSpace(f.File); {
		case s.Name == "":
			r.wrong(FieldFile, "Choose a video file (Y4M or IVF).")
		case f.FileWhy != "":
			r.wrong(FieldFile, sentence(forWindow(f.FileWhy)))
		}
	default:
		r.wrong(FieldSource, "Choose where the pictures come from: the synthetic picture, a camera or a file.")
	}
}

// cameraProblem says why a camera can not be used; "" if it can, or if nobody knows.
func cameraProblem(name string, m machine) string {
	const other = "or choose the synthetic picture."
	switch {
	case !m.asked:
		return ""
	case m.why != "":
		return joined(sentence(forWindow(m.why)), "Choose another source if that can not be helped.")
	case len(m.cameras) == 0:
		return "No camera was found. Connect one, " + other
	case name != "" && !slices.Contains(m.cameras, name):
		return "The camera " + quote(name) + " is not there any more. Connect it, choose another one, " + other
	}
	return ""
}

// kbps reads a bitrate; 0 if it is wrong.
func (r *reading) kbps(f Field, text, what string) float64 {
	text = strings.TrimSpace(text)
	v, err := strconv.ParseFloat(text, 64)
	limits := fmt.Sprintf("from %d to %s kbit/s", netcheck.MinVideoKbps, present.Count(netcheck.MaxVideoKbps))
	switch {
	case text == "":
		r.wrong(f, "Type "+what+", "+limits+".")
	case err != nil && !isRange(err), math.IsNaN(v), strings.ContainsAny(text, "_xX"):
		r.wrong(f, quote(text)+" is not a number: type kbit/s, for example 1000.")
	case v < netcheck.MinVideoKbps || v > netcheck.MaxVideoKbps:
		r.wrong(f, quote(text)+" is out of range: "+what+" is "+limits+".")
	default:
		return v
	}
	return 0
}

// readRecording gives what is to be recorded; nil if nothing is, or not with this form.
func (r *reading) readRecording() *Recording {
	f := r.form.Video
	file := strings.TrimSpace(f.RecordFile)
	switch {
	case !f.Record, r.form.calls():
		return nil
	case file == "":
		r.wrong(FieldRecordFile, "Choose the file to record to.")
		return nil
	case f.RecordWhy != "":
		r.wrong(FieldRecordFile, sentence(forWindow(f.RecordWhy)))
		return nil
	}
	return &Recording{File: file, Sent: f.RecordSent}
}

// off lists the fields that can not be used now, and why.
func (v *Video) off() map[Field]string {
	out, f := map[Field]string{}, v.form.Video
	if f.Source != netcheck.SourceSynthetic {
		out[FieldDifficulty] = "Only the synthetic picture can be made easier or harder."
	}
	switch {
	case f.Source != netcheck.SourceCamera:
		out[FieldCamera] = "Choose the camera as the source first."
	case v.machine.asked && len(v.machine.cameras) == 0:
		out[FieldCamera] = cameraProblem(f.Camera, v.machine)
	}
	if f.Source != netcheck.SourceFile {
		out[FieldFile] = "Choose a file as the source first."
	}
	switch {
	case v.form.calls():
		out[FieldRecord], out[FieldRecordFile] = noCallRecord, noCallRecord
		out[FieldUnderLoad] = "A call is measured without packets beside it. Choose “Echo” for that."
	case !f.Record:
		out[FieldRecordFile] = "Switch the recording on first."
	}
	if v.machine.noVideo != "" {
		for _, field := range videoFields {
			out[field] = sentence(forWindow(v.machine.noVideo))
		}
	}
	return out
}
