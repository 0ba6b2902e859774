package prefs

import (
	"echopath/app/model"
	"echopath/netcheck"
)

// storedVideo is what was asked of the video. What a computer has (cameras, files) may be another next time: the form says so then.
type storedVideo struct {
	Call       field[bool]   `json:"call,omitzero"`
	Source     field[string] `json:"source,omitzero"`
	Difficulty field[string] `json:"difficulty,omitzero"`
	Camera     field[string] `json:"camera,omitzero"`
	File       field[string] `json:"file,omitzero"`
	Size       field[string] `json:"size,omitzero"` // 640x360
	FPS        field[int]    `json:"pictures_a_second,omitzero"`
	StartKbps  field[string] `json:"start_kbps,omitzero"`
	MaxKbps    field[string] `json:"max_kbps,omitzero"`
	Duration   field[string] `json:"duration,omitzero"`
	UnderLoad  field[bool]   `json:"under_load,omitzero"`
	Adapt      field[bool]   `json:"adapt_size,omitzero"`
	Record     field[bool]   `json:"record,omitzero"`
	RecordSent field[bool]   `json:"record_sent,omitzero"`
	RecordFile field[string] `json:"record_file,omitzero"`
}

func storeVideo(v model.VideoForm) storedVideo {
	return storedVideo{Call: set(v.Call), Source: set(string(v.Source)), Difficulty: set(string(v.Difficulty)), Camera: set(v.Camera), File: set(v.File),
		Size: set(v.Size.String()), FPS: set(v.FPS), StartKbps: set(v.StartKbps), MaxKbps: set(v.MaxKbps), Duration: set(v.Duration),
		UnderLoad: set(v.UnderLoad), Adapt: set(v.Adapt), Record: set(v.Record), RecordSent: set(v.RecordSent), RecordFile: set(v.RecordFile)}
}

func (r *reader) video(f field[storedVideo], to *model.VideoForm) {
	var v storedVideo
	take(r, "choices for video", f, &v, anything)
	take(r, "choice between echo and call", v.Call, &to.Call, anything)
	source, difficulty, size := string(to.Source), string(to.Difficulty), to.Size.String()
	take(r, "source of the pictures", v.Source, &source, func(s string) bool {
		return s == string(netcheck.SourceSynthetic) || s == string(netcheck.SourceCamera) || s == string(netcheck.SourceFile)
	})
	take(r, "difficulty of the picture", v.Difficulty, &difficulty, func(d string) bool {
		return d == string(netcheck.DifficultyEasy) || d == string(netcheck.DifficultyNormal) || d == string(netcheck.DifficultyHard)
	})
	take(r, "size of the picture", v.Size, &size, func(s string) bool {
		_, err := netcheck.ParseVideoSize(s)
		return err == nil
	})
	to.Source, to.Difficulty = netcheck.SourceKind(source), netcheck.Difficulty(difficulty)
	if known, err := netcheck.ParseVideoSize(size); err == nil {
		to.Size = known
	}
	file := func(p string) bool { return plain(p, maxPath) }
	take(r, "camera", v.Camera, &to.Camera, line)
	take(r, "video file", v.File, &to.File, file)
	take(r, "pictures a second", v.FPS, &to.FPS, func(n int) bool { return n == 15 || n == 30 })
	take(r, "start bitrate", v.StartKbps, &to.StartKbps, line)
	take(r, "maximum bitrate", v.MaxKbps, &to.MaxKbps, line)
	take(r, "duration of the video", v.Duration, &to.Duration, line)
	take(r, "choice of a call under load", v.UnderLoad, &to.UnderLoad, anything)
	take(r, "choice whether the picture gets smaller", v.Adapt, &to.Adapt, anything)
	take(r, "choice whether the video is recorded", v.Record, &to.Record, anything)
	take(r, "choice of what is recorded", v.RecordSent, &to.RecordSent, anything)
	take(r, "place of the recording", v.RecordFile, &to.RecordFile, file)
}
