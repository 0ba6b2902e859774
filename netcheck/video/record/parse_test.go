package record

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
)

// A reader of WebM that shares no code with what is tested, as strict as the strictest player: it accepts only what it expects, in
// the order in which it expects it.

// parsed is what is in a file.
type parsed struct {
	closed    bool    // the segment's size is known
	duration  float64 // ms; 0: there is none
	width     uint64
	height    uint64
	clusters  []parsedCluster
	cues      []parsedCue
	seek      map[uint64]uint64 // ID to offset in the file
	at        map[uint64]int    // offset in the file of the last element of that ID below the segment
	truncated bool              // the last cluster ends within a block
}

type parsedCluster struct {
	offset int
	known  bool
	time   uint64
	blocks []parsedBlock
}

type parsedBlock struct {
	ms   int64
	key  bool
	data []byte
}

type parsedCue struct{ ms, offset uint64 }

const (
	idEBML, idSegment, idSeekHead, idVoid      = 0x1A45DFA3, 0x18538067, 0x114D9B74, 0xEC
	idInfo, idTracks, idCluster, idCues        = 0x1549A966, 0x1654AE6B, 0x1F43B675, 0x1C53BB6B
	idDocType, idDuration, idScale, idSeek     = 0x4282, 0x4489, 0x2AD7B1, 0x4DBB
	idSeekID, idSeekPos, idCuePoint, idCueTime = 0x53AB, 0x53AC, 0xBB, 0xB3
	idCueTracks, idCueTrack, idCuePos          = 0xB7, 0xF7, 0xF1
	idTrackEntry, idNumber, idUID, idType      = 0xAE, 0xD7, 0x73C5, 0x83
	idCodec, idPrivate, idVideo, idWidth       = 0x86, 0x63A2, 0xE0, 0xB0
	idHeight, idTimecode, idSimple             = 0xBA, 0xE7, 0xA3
	idMaxID, idMaxSize, idLacing, idLanguage   = 0x42F2, 0x42F3, 0x9C, 0x22B59C
	idMuxing, idWriting, idDate, idVersion     = 0x4D80, 0x5741, 0x4461, 0x4286
	idDocVersion, idDocRead, idReadVer         = 0x4287, 0x4285, 0x42F7
)

// parse reads a file. One that was not closed may end within a block.
func parse(b []byte) (*parsed, error) {
	p := &parsed{seek: map[uint64]uint64{}, at: map[uint64]int{}}
	head, err := next(b, 0)
	if err != nil || head.id != idEBML || head.end() > len(b) {
		return nil, fmt.Errorf("no EBML header: %x %w", head.id, err)
	}
	if err := p.header(b, head); err != nil {
		return nil, err
	}
	segment, err := next(b, head.end())
	if err != nil || segment.id != idSegment {
		return nil, fmt.Errorf("no segment: %x %w", segment.id, err)
	}
	p.closed = segment.size != sizeUnknown
	if p.closed && segment.end() != len(b) {
		return nil, fmt.Errorf("the segment ends at %d, the file at %d", segment.end(), len(b))
	}
	return p, p.segment(b, segment)
}

func (p *parsed) header(b []byte, head element) error {
	list, err := children(b, head.body, head.end())
	if err != nil {
		return err
	}
	want := map[uint64]uint64{idVersion: 1, idReadVer: 1, idMaxID: 4, idMaxSize: 8, idDocVersion: 4, idDocRead: 2}
	for _, e := range list {
		if e.id == idDocType {
			if s := string(b[e.body:e.end()]); s != "webm" {
				return fmt.Errorf("DocType %q", s)
			}
			continue
		}
		if v, ok := want[e.id]; !ok || v != number(b, e) {
			return fmt.Errorf("header element %x = %d", e.id, number(b, e))
		}
	}
	if len(list) != 7 {
		return fmt.Errorf("%d elements in the header", len(list))
	}
	return nil
}

// segment checks the order: SeekHead and Void, Info, Tracks, clusters, Cues.
func (p *parsed) segment(b []byte, segment element) error {
	rank := map[uint64]int{idSeekHead: 0, idVoid: 1, idInfo: 2, idTracks: 3, idCluster: 4, idCues: 5}
	last := -1
	for i := segment.body; i < len(b); {
		e, err := next(b, i)
		if errors.Is(err, errTruncated) && !p.closed {
			p.truncated = true
			return nil
		}
		if err != nil {
			return err
		}
		r, ok := rank[e.id]
		if !ok || r < last || r == last && e.id != idCluster {
			return fmt.Errorf("element %x at %d is out of order", e.id, i)
		}
		last = r
		p.at[e.id] = i
		if e.id == idCluster {
			if i, err = p.cluster(b, e); err != nil {
				return fmt.Errorf("cluster at %d: %w", e.start, err)
			}
			continue
		}
		if e.size < 0 {
			return fmt.Errorf("element %x at %d has no size", e.id, i)
		}
		if e.end() > len(b) {
			if p.closed {
				return errTruncated
			}
			p.truncated = true
			return nil
		}
		if err := p.master(b, segment, e); err != nil {
			return fmt.Errorf("element %x at %d: %w", e.id, i, err)
		}
		i = e.end()
	}
	return nil
}

func (p *parsed) master(b []byte, segment, e element) error {
	switch e.id {
	case idVoid:
		if slices.ContainsFunc(b[e.body:e.end()], func(c byte) bool { return c != 0 }) {
			return errors.New("something is in the void")
		}
		return nil
	case idSeekHead:
		return p.seekHead(b, segment, e)
	case idInfo:
		return p.info(b, e)
	case idTracks:
		return p.tracks(b, e)
	}
	return p.index(b, segment, e)
}

func (p *parsed) info(b []byte, info element) error {
	list, err := children(b, info.body, info.end())
	if err != nil {
		return err
	}
	for _, e := range list {
		switch e.id {
		case idScale:
			if number(b, e) != 1_000_000 {
				return fmt.Errorf("TimecodeScale %d", number(b, e))
			}
		case idDuration:
			if e.size != 8 {
				return fmt.Errorf("Duration of %d bytes", e.size)
			}
			p.duration = math.Float64frombits(number(b, e))
		case idDate:
			if e.size != 8 {
				return fmt.Errorf("DateUTC of %d bytes", e.size)
			}
		case idMuxing, idWriting, idVoid:
		default:
			return fmt.Errorf("unexpected %x", e.id)
		}
	}
	return nil
}

func (p *parsed) tracks(b []byte, tracks element) error {
	entries, err := children(b, tracks.body, tracks.end())
	if err != nil || len(entries) != 1 || entries[0].id != idTrackEntry {
		return fmt.Errorf("%d entries: %w", len(entries), err)
	}
	list, err := children(b, entries[0].body, entries[0].end())
	if err != nil {
		return err
	}
	for _, e := range list {
		switch {
		case e.id == idNumber && number(b, e) == 1, e.id == idUID && number(b, e) != 0, e.id == idType && number(b, e) == 1,
			e.id == idLacing && number(b, e) == 0, e.id == idLanguage && string(b[e.body:e.end()]) == "und",
			e.id == idCodec && string(b[e.body:e.end()]) == "V_VP8":
		case e.id == idVideo:
			if err := p.video(b, e); err != nil {
				return err
			}
		default: // CodecPrivate too
			return fmt.Errorf("unexpected %x = % x", e.id, b[e.body:e.end()])
		}
	}
	return nil
}

func (p *parsed) video(b []byte, video element) error {
	list, err := children(b, video.body, video.end())
	if err != nil || len(list) != 2 || list[0].id != idWidth || list[1].id != idHeight {
		return fmt.Errorf("video %v: %w", list, err)
	}
	p.width, p.height = number(b, list[0]), number(b, list[1])
	return nil
}

// cluster reads the blocks up to the cluster's end, or to the next element that can not be in it, and tells where that is.
func (p *parsed) cluster(b []byte, e element) (end int, err error) {
	c := parsedCluster{offset: e.start, known: e.size != sizeUnknown}
	end = len(b)
	if c.known {
		if end = e.end(); end > len(b) {
			return 0, errTruncated // sizes are written when all of it is
		}
	}
	i := e.body
	for first := true; i < end; first = false {
		child, err := next(b, i)
		if err == nil && !c.known && (child.id == idCluster || child.id == idCues) {
			break
		}
		if errors.Is(err, errTruncated) || err == nil && child.end() > end {
			if c.known {
				return 0, errTruncated
			}
			p.truncated = true
			i = len(b)
			break
		}
		if err != nil {
			return 0, err
		}
		if first != (child.id == idTimecode) {
			return 0, fmt.Errorf("element %x at %d", child.id, i)
		}
		if err := p.inCluster(&c, b, child); err != nil {
			return 0, fmt.Errorf("at %d: %w", i, err)
		}
		i = child.end()
	}
	if len(c.blocks) == 0 && !p.truncated {
		return 0, errors.New("nothing is in it")
	}
	p.clusters = append(p.clusters, c)
	return i, nil
}

func (p *parsed) inCluster(c *parsedCluster, b []byte, e element) error {
	if e.id == idTimecode {
		c.time = number(b, e)
		if n := len(p.clusters); n > 0 && c.time <= p.clusters[n-1].time {
			return fmt.Errorf("its time %d is not after that of the one before", c.time)
		}
		return nil
	}
	d := b[e.body:e.end()]
	if e.id != idSimple || len(d) < 5 || d[0] != 0x81 || d[3]&^0x80 != 0 {
		return fmt.Errorf("element %x: % x", e.id, d[:min(len(d), 4)])
	}
	rel := int16(binary.BigEndian.Uint16(d[1:]))
	if rel < 0 {
		return fmt.Errorf("a block %d ms before its cluster", -rel)
	}
	block := parsedBlock{int64(c.time) + int64(rel), d[3]&0x80 != 0, d[4:]}
	if all := p.blocks(); len(c.blocks) > 0 || len(all) > 0 {
		last := all
		if len(c.blocks) > 0 {
			last = c.blocks
		}
		if block.ms <= last[len(last)-1].ms {
			return fmt.Errorf("a block at %d ms after one at %d", block.ms, last[len(last)-1].ms)
		}
	}
	c.blocks = append(c.blocks, block)
	return nil
}

func (p *parsed) blocks() (all []parsedBlock) {
	for _, c := range p.clusters {
		all = append(all, c.blocks...)
	}
	return all
}

func (p *parsed) seekHead(b []byte, segment, head element) error {
	list, err := children(b, head.body, head.end())
	if err != nil {
		return err
	}
	for _, s := range list {
		pair, err := children(b, s.body, s.end())
		if err != nil || s.id != idSeek || len(pair) != 2 || pair[0].id != idSeekID || pair[1].id != idSeekPos {
			return fmt.Errorf("seek %v: %w", pair, err)
		}
		p.seek[number(b, pair[0])] = number(b, pair[1]) + uint64(segment.body)
	}
	return nil
}

func (p *parsed) index(b []byte, segment, cues element) error {
	list, err := children(b, cues.body, cues.end())
	if err != nil {
		return err
	}
	for _, point := range list {
		pair, err := children(b, point.body, point.end())
		if err != nil || point.id != idCuePoint || len(pair) != 2 || pair[0].id != idCueTime || pair[1].id != idCueTracks {
			return fmt.Errorf("cue point %v: %w", pair, err)
		}
		where, err := children(b, pair[1].body, pair[1].end())
		if err != nil || len(where) != 2 || where[0].id != idCueTrack || number(b, where[0]) != 1 || where[1].id != idCuePos {
			return fmt.Errorf("cue track %v: %w", where, err)
		}
		p.cues = append(p.cues, parsedCue{number(b, pair[0]), number(b, where[1]) + uint64(segment.body)})
	}
	return nil
}
