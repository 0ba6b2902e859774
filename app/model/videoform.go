package model

import "echopath/netcheck"

// VideoForm is what the person has filled in on the screen "Video echo" beside what it shares with the screen "Test": the target,
// the servers, the paths, the IP version, the interface and the title.
type VideoForm struct {
	Call       bool // a two-way call instead of an echo; only with another Echopath
	Source     netcheck.SourceKind
	Difficulty netcheck.Difficulty // of the synthetic picture
	Camera     string              // its name; "" is the first
	File       string              // Y4M or IVF
	FileWhy    string              // why it can not be read, found out by the owner of files; "" if it can
	Size       netcheck.VideoSize  // one of netcheck.VideoSizes
	FPS        int                 // 15 or 30
	StartKbps  string              // kbit/s, as typed
	MaxKbps    string              // kbit/s, as typed
	Duration   string              // seconds or Go's form: "10", "10s", "2m"
	UnderLoad  bool                // a call under load: packets are measured before it and beside it
	Adapt      bool                // step the size down when the bitrate is too low for it

	Record     bool
	RecordSent bool   // the pictures as they were sent; otherwise as they came back
	RecordFile string // where to
	RecordWhy  string // why nothing can be written there, found out by the owner of files; "" if it can
}

// The inputs of the screen "Video echo".
const (
	FieldCall       Field = "call"
	FieldSource     Field = "source"
	FieldDifficulty Field = "difficulty"
	FieldCamera     Field = "camera"
	FieldFile       Field = "file"
	FieldPicture    Field = "picture_size"
	FieldFPS        Field = "fps"
	FieldStartKbps  Field = "start_kbps"
	FieldMaxKbps    Field = "max_kbps"
	FieldVideoTime  Field = "video_duration"
	FieldUnderLoad  Field = "under_load"
	FieldAdapt      Field = "adapt"
	FieldRecord     Field = "record"
	FieldRecordFile Field = "record_file"
)

// Recording tells what is to be recorded where.
type Recording struct {
	File string
	Sent bool // the pictures as they were sent; otherwise as they came back
}

// videoFields are the inputs above, from the top of the form to its foot.
var videoFields = []Field{FieldCall, FieldSource, FieldDifficulty, FieldCamera, FieldFile, FieldPicture, FieldFPS, FieldStartKbps, FieldMaxKbps, FieldVideoTime,
	FieldUnderLoad, FieldAdapt, FieldRecord, FieldRecordFile}

// Sources lists the sources in the order in which they are offered.
func Sources() []netcheck.SourceKind {
	return []netcheck.SourceKind{netcheck.SourceSynthetic, netcheck.SourceCamera, netcheck.SourceFile}
}

// SourceTitle is the name of a source in a list.
func SourceTitle(k netcheck.SourceKind) string {
	switch k {
	case netcheck.SourceCamera:
		return "Camera"
	case netcheck.SourceFile:
		return "File (Y4M or IVF)"
	case netcheck.SourceSynthetic:
	}
	return "Synthetic picture"
}

// Difficulties lists those of the synthetic picture, the easiest first.
func Difficulties() []netcheck.Difficulty {
	return []netcheck.Difficulty{netcheck.DifficultyEasy, netcheck.DifficultyNormal, netcheck.DifficultyHard}
}

// DifficultyTitle is the name of a difficulty in a list.
func DifficultyTitle(d netcheck.Difficulty) string {
	switch d {
	case netcheck.DifficultyEasy:
		return "Easy: a calm picture"
	case netcheck.DifficultyHard:
		return "Hard: noise, fast movement"
	case netcheck.DifficultyNormal:
	}
	return "Normal: some noise"
}
