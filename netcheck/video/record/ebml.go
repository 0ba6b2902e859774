package record

import (
	"bytes"
	"encoding/binary"
	"time"

	"github.com/at-wat/ebml-go"
	"github.com/at-wat/ebml-go/webm"
)

// The form of a file (RFC 8794 EBML, RFC 9559 Matroska, and the WebM container guidelines):
//
//	EBML header
//	Segment, of unknown size until the file is closed
//	  Void         room for a SeekHead
//	  Info         with a Void of the size of a Duration
//	  Tracks       one of VP8; CodecPrivate is not for it
//	  Cluster...   each of unknown size until the next begins
//	  Cues         at the end, when the file is closed
//
// The blocks are marshalled here and not by the module's own writer, which hides where clusters begin (Cues must tell), starts
// three goroutines a file, and blocks for ever once a write has failed.

const (
	track       = 1
	typeVideo   = 1         // of a track
	scale       = 1_000_000 // nanoseconds in a unit of time: milliseconds
	unknownSize = 1<<56 - 1 // all ones in a size of eight bytes
	sizeLen     = 8         // of the sizes that are written later
	idLen       = 4         // of Segment and Cluster
	seekRoom    = 100       // bytes kept for the SeekHead: three entries take at most 69
	voidHead    = 2         // ID and size of a Void with less than 127 bytes
	dateLen     = 8
	durationLen = 11 // of the whole element: ID, size, float64
)

type fileHead struct {
	Header  *webm.EBMLHeader `ebml:"EBML"`
	Segment segmentHead      `ebml:"Segment,size=unknown"`
}

type segmentHead struct {
	SeekHead *webm.SeekHead `ebml:"SeekHead"`
	Void     []byte         `ebml:"Void"`
	Info     info           `ebml:"Info"`
	Tracks   tracks         `ebml:"Tracks"`
}

type info struct {
	TimecodeScale uint64
	MuxingApp     string
	WritingApp    string
	DateUTC       time.Time `ebml:"DateUTC,size=8"`
	Duration      float64   `ebml:"Duration,omitempty"`
	Void          []byte    `ebml:"Void,omitempty"`
}

type tracks struct {
	TrackEntry trackEntry
}

type trackEntry struct {
	TrackNumber uint64
	TrackUID    uint64
	TrackType   uint64
	FlagLacing  uint64
	Language    string
	CodecID     string
	Video       webm.Video
}

type clusterHead struct {
	Cluster struct {
		Timecode uint64
	} `ebml:"Cluster,size=unknown"`
}

type simpleBlock struct {
	SimpleBlock ebml.Block
}

// head is the beginning of a file, all before the first cluster. Its length depends on nothing that becomes known later.
type head struct {
	width, height int
	began         time.Time

	// Known when the file is closed, zero before.
	duration time.Duration
	size     int64 // of the file, with the index
	cues     int64 // where the index begins in the file, 0: there is none
}

// bytes gives the head as it stands in the file, and where in it the segment's contents begin: positions count from there.
func (h head) bytes() (b []byte, segment int64, err error) {
	front, err := marshal(&struct {
		Header *webm.EBMLHeader `ebml:"EBML"`
	}{webm.DefaultEBMLHeader})
	if err != nil {
		return nil, 0, err
	}
	segment = int64(len(front)) + idLen + sizeLen
	seek, void, err := h.seekHead(segment)
	if err != nil {
		return nil, 0, err
	}
	b, err = marshal(&fileHead{webm.DefaultEBMLHeader, segmentHead{seek, void, h.info(), h.tracks()}})
	if err != nil {
		return nil, 0, err
	}
	if h.size > 0 {
		putSize(b[segment-sizeLen:], h.size-segment)
	}
	return b, segment, nil
}

// seekHead fills the room kept for it, with a Void behind it or instead of it.
func (h head) seekHead(segment int64) (*webm.SeekHead, []byte, error) {
	if h.size == 0 {
		return nil, make([]byte, seekRoom-voidHead), nil
	}
	information, err := marshal(&struct{ Info info }{h.info()})
	if err != nil {
		return nil, nil, err
	}
	seek := &webm.SeekHead{Seek: []webm.Seek{
		{SeekID: ebml.ElementInfo.Bytes(), SeekPosition: seekRoom},
		{SeekID: ebml.ElementTracks.Bytes(), SeekPosition: seekRoom + uint64(len(information))},
	}}
	if h.cues > 0 {
		seek.Seek = append(seek.Seek, webm.Seek{SeekID: ebml.ElementCues.Bytes(), SeekPosition: uint64(h.cues - segment)}) //nolint:gosec // behind it
	}
	b, err := marshal(&struct{ SeekHead *webm.SeekHead }{seek})
	return seek, make([]byte, max(0, seekRoom-voidHead-len(b))), err
}

func (h head) info() info {
	i := info{TimecodeScale: scale, MuxingApp: "ebml-go", WritingApp: "Echopath", DateUTC: h.began}
	if h.duration > 0 {
		i.Duration = float64(h.duration) / scale
	} else {
		i.Void = make([]byte, durationLen-voidHead)
	}
	return i
}

func (h head) tracks() tracks {
	return tracks{trackEntry{
		TrackNumber: track, TrackUID: track, TrackType: typeVideo, Language: "und", CodecID: "V_VP8",
		Video: webm.Video{PixelWidth: uint64(h.width), PixelHeight: uint64(h.height)}, //nolint:gosec // 1..MaxSide
	}}
}

// marshalCues gives the index.
func marshalCues(list []cue) ([]byte, error) {
	var c webm.Cues
	for _, p := range list {
		c.CuePoint = append(c.CuePoint, webm.CuePoint{
			CueTime:           uint64(p.ms),                                                                       //nolint:gosec // from 0
			CueTrackPositions: []webm.CueTrackPosition{{CueTrack: track, CueClusterPosition: uint64(p.position)}}, //nolint:gosec // from 0
		})
	}
	return marshal(&struct{ Cues webm.Cues }{c})
}

func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	err := ebml.Marshal(v, &b)
	return b.Bytes(), err
}

// putSize writes an element's size in eight bytes (RFC 8794, section 4).
func putSize(b []byte, size int64) {
	binary.BigEndian.PutUint64(b, 1<<56|uint64(size)) //nolint:gosec // from 0, and no disk holds 2^56 bytes
}
