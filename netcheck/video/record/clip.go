package record

import (
	"bytes"
	"errors"
	"math"
	"os"
	"time"

	"github.com/at-wat/ebml-go"
)

const (
	// clusterSpan is how long a cluster lasts if no key frame begins another, in ms. A block's time within its cluster has 16
	// bits (RFC 9559, section 10.3), and some players read a cluster as a whole.
	clusterSpan = 2000
	// maxCues bounds the index: when it is full, every other point goes. A day with a key frame every 10 s takes 8640.
	maxCues = 1 << 14
	// lastShown is for how long the only frame is shown, and the longest for the last of several.
	lastShown = 100 * time.Millisecond
)

var errGone = errors.New("it was removed or moved while it was being written")

// clip is one file while it is written. All is written at positions of our choice, so that what was written in part is
// overwritten or cut off.
type clip struct {
	path          string
	f             File
	head          head
	width, height int

	segment int64 // where the segment's contents begin
	size    int64 // of what is whole

	cluster      int64 // where the last one begins in the file; 0: there is none
	clusterBegin int64 // ms
	cues         []cue
	cueEvery     int64 // ms

	frames     int
	first      time.Duration // At of the first frame
	last       int64         // ms since the first
	buffer     bytes.Buffer
	unfinished error // why length or index are not in the file
}

// cue is a place to jump to.
type cue struct {
	ms       int64
	position int64 // of the cluster, since the segment's contents
}

// newClip writes the head of a file that is empty. If that fails the file is closed and gone.
func newClip(f File, path string, h head) (*clip, error) {
	c := &clip{path: path, f: f, head: h, width: h.width, height: h.height}
	b, segment, err := h.bytes()
	if err == nil {
		c.segment = segment
		err = c.append(b)
	}
	if err != nil {
		c.discard()
		return nil, err
	}
	return c, nil
}

// append puts b behind what is whole, or leaves the file as it was.
func (c *clip) append(b []byte) error {
	if _, err := c.f.WriteAt(b, c.size); err != nil {
		// If this fails too, sizes and index lie before the remains, or a reader comes to the end of the file within a block.
		_ = c.f.Truncate(c.size)
		return err
	}
	c.size += int64(len(b))
	return nil
}

// add writes a frame.
func (c *clip) add(f Frame) error {
	if c.frames == 0 {
		c.first = f.At
	}
	ms := c.stamp(f.At)
	if c.cluster == 0 || f.Key || ms-c.clusterBegin >= clusterSpan {
		return c.addCluster(f, ms)
	}
	return c.addBlock(f, ms)
}

// stamp is a frame's time in the file in ms. It ascends even if At does not: a player may drop the second of two frames of one
// time, and those after it would not decode.
func (c *clip) stamp(at time.Duration) int64 {
	if c.frames == 0 {
		return 0
	}
	return max((at - c.first).Round(time.Millisecond).Milliseconds(), c.last+1)
}

// addCluster writes a frame with a cluster before it, at once, so that there is never an empty one.
func (c *clip) addCluster(f Frame, ms int64) error {
	if whereabouts(c.f, c.path) == gone {
		return errGone
	}
	c.closeCluster()
	cluster, begin := c.cluster, c.clusterBegin
	c.cluster, c.clusterBegin = c.size, ms
	if err := c.addBlock(f, ms); err != nil {
		c.cluster, c.clusterBegin = cluster, begin
		return err
	}
	if f.Key {
		c.addCue(cue{ms, c.cluster - c.segment})
	}
	return nil
}

// addBlock writes a frame, and before it the cluster that it begins.
func (c *clip) addBlock(f Frame, ms int64) error {
	c.buffer.Reset()
	if c.cluster == c.size {
		var h clusterHead
		h.Cluster.Timecode = uint64(c.clusterBegin) //nolint:gosec // from 0
		if err := ebml.Marshal(&h, &c.buffer); err != nil {
			return err
		}
	}
	since := ms - c.clusterBegin
	if since > math.MaxInt16 {
		return errors.New("a frame does not fit into its cluster") // add has begun another by then
	}
	b := simpleBlock{ebml.Block{TrackNumber: track, Timecode: int16(since), Keyframe: f.Key, Data: [][]byte{f.Data}}} //nolint:gosec // checked
	if err := ebml.Marshal(&b, &c.buffer); err != nil {
		return err
	}
	if err := c.append(c.buffer.Bytes()); err != nil {
		return err
	}
	c.frames++
	c.last = ms
	return nil
}

func (c *clip) addCue(p cue) {
	if n := len(c.cues); n > 0 && p.ms-c.cues[n-1].ms < c.cueEvery {
		return
	}
	c.cues = append(c.cues, p)
	if len(c.cues) < maxCues {
		return
	}
	kept := c.cues[:0]
	for i := 0; i < len(c.cues); i += 2 {
		kept = append(kept, c.cues[i])
	}
	c.cues = kept
	c.cueEvery = 2 * max(c.cueEvery, c.last/maxCues)
}

// closeCluster gives the last cluster its size. If that can not be written it stays unknown, which is right too.
func (c *clip) closeCluster() {
	if c.cluster == 0 {
		return
	}
	var b [sizeLen]byte
	putSize(b[:], c.size-c.cluster-idLen-sizeLen)
	_, _ = c.f.WriteAt(b[:], c.cluster+idLen)
}

// finish adds what a file that grows can not have and closes it. Each step leaves a file that plays, whether or not it succeeds:
// the head comes last, because it says where the rest is. A file without a frame goes. The error is that of a system which says
// only now that it could not write.
func (c *clip) finish() error {
	if c.frames == 0 {
		c.discard()
		return nil
	}
	c.closeCluster()
	cues, err := c.writeCues()
	c.unfinished = errors.Join(err, c.closeHead(cues))
	return errors.Join(c.f.Sync(), c.f.Close())
}

// writeCues puts the index at the end and tells where, 0 if it could not.
func (c *clip) writeCues() (at int64, err error) {
	b, err := marshalCues(c.cues)
	if err != nil {
		return 0, err
	}
	at = c.size
	if err := c.append(b); err != nil {
		return 0, err
	}
	return at, nil
}

// closeHead writes the head anew, over the old one.
func (c *clip) closeHead(cues int64) error {
	h := c.head
	h.size, h.cues, h.duration = c.size, cues, c.duration()
	b, _, err := h.bytes()
	if err != nil {
		return err
	}
	_, err = c.f.WriteAt(b, 0)
	return err
}

// duration takes the last frame to be shown as long as the others were on average.
func (c *clip) duration() time.Duration {
	last := time.Duration(c.last) * time.Millisecond
	if c.frames < 2 {
		return lastShown
	}
	return last + min(lastShown, (last/time.Duration(c.frames-1)).Round(time.Millisecond))
}

// discard closes the file and takes it away, if it is still the one that was made.
func (c *clip) discard() {
	where := whereabouts(c.f, c.path)
	_ = c.f.Close()
	if where == inPlace {
		_ = os.Remove(c.path)
	}
}

func (c *clip) saved() SavedFile {
	return SavedFile{Path: c.path, Frames: c.frames, Duration: c.duration(), Width: c.width, Height: c.height, Bytes: c.size}
}
