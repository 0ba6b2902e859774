package rtc

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/datachannel"
	"github.com/pion/webrtc/v4"

	"echopath/netcheck"
)

// Pasted is one end of such a wire, from the time that its text is made. It implements signaling.Wire; Send and Receive wait until
// there is a connection. Until then its servers are asked once more each 15 s, so that the routers before this computer keep the addresses
// that its text names (RFC 8445, section 5.1.1.4). The end that answered gives up after ten minutes; the one that invited waits for its
// answer until it is closed, which is to be when the invite expires.
type Pasted struct {
	pc      *webrtc.PeerConnection
	net     *network
	opens   latch[datachannel.ReadWriteCloserDeadliner]
	dc      *webrtc.DataChannel
	claimed atomic.Bool // there is a channel
	low     chan struct{}
	inbox   chan []byte   // closed when nothing can come any more
	over    chan struct{} // closed by Close

	asked    int // servers
	senders  pastedSenders
	own      pastedDescription        // as its text has it
	answers  bool                     // it is the end that was invited
	accepted latch[pastedDescription] // the other end's; pion reads the sockets from then on
	met      flag                     // packets passed between the two
	ended    latch[*netcheck.Failure] // the connection has failed or was closed: then nil

	accepting sync.Mutex // held while a text of the other end is taken

	mu       sync.Mutex  // guards what follows
	patience *time.Timer // runs while nothing comes
	closing  bool        // nothing is begun any more

	reading   sync.WaitGroup
	attending sync.WaitGroup
	once      sync.Once
	err       error
}

func newPasted(n *network) *Pasted {
	n.keeps = true
	return &Pasted{net: n, low: make(chan struct{}, 1), inbox: make(chan []byte, inboxSize), over: make(chan struct{})}
}

// gatherPasted is how long the candidates of a text may take: none can follow it.
const gatherPasted = 3 * time.Second

// pastedRequests keep the checks of the end that answered going for answerTime, at five a second: so long its text may be under way.
const pastedRequests = 3000

// Invite makes the end that invites, and its text of at most 400 bytes for the other end. Accept takes the answer to it. The wire must
// be closed, whether or not an answer comes.
func (p Paster) Invite(ctx context.Context) (*Pasted, []byte, error) {
	w, err := p.open(ctx)
	if err != nil {
		return nil, nil, err
	}
	ordered := true
	dc, err := w.pc.CreateDataChannel("echopath-signaling", &webrtc.DataChannelInit{Ordered: &ordered})
	if err != nil {
		return nil, nil, w.abandon(err)
	}
	w.take(dc)
	w.pc.OnDataChannel(w.take)
	offer, err := w.pc.CreateOffer(nil)
	if err != nil {
		return nil, nil, w.abandon(err)
	}
	return w.gathered(ctx, offer)
}

// Answer makes the end that was invited with a text, and its answer of at most 400 bytes.
func (p Paster) Answer(ctx context.Context, invitation []byte) (*Pasted, []byte, error) {
	d, err := unpackPasted(invitation)
	if err != nil || d.answer {
		return nil, nil, notPasted("invitation", err)
	}
	w, err := p.open(ctx)
	if err != nil {
		return nil, nil, err
	}
	w.answers = true
	w.pc.OnDataChannel(w.take)
	if err := w.apply(d); err != nil {
		return nil, nil, w.abandon(err)
	}
	answer, err := w.pc.CreateAnswer(nil)
	if err != nil {
		return nil, nil, w.abandon(err)
	}
	return w.gathered(ctx, answer)
}

// Accept takes the answer to an invitation. The connection comes up within 20 s, or the wire ends and Why tells why it did not. The
// error is a *netcheck.Failure if the text is of no use, or is a second one, and else why the wire is over. Another text may be tried then.
func (w *Pasted) Accept(answer []byte) error {
	d, err := unpackPasted(answer)
	if err != nil || !d.answer {
		return notPasted("answer", err)
	}
	w.accepting.Lock()
	defer w.accepting.Unlock()
	if why, over := w.ended.get(); over {
		return because(why, io.ErrClosedPipe)
	}
	if _, second := w.accepted.get(); second {
		return &netcheck.Failure{Code: netcheck.ReasonInvite, Text: "An answer to this invitation was taken already.",
			Advice: "Make a new invite if another computer is to come in."}
	}
	for _, k := range w.net.kept() { // else the checks of the other end that came too early are all answered at once
		k.empty()
	}
	return w.apply(d)
}

func notPasted(what string, err error) *netcheck.Failure {
	return &netcheck.Failure{Code: netcheck.ReasonInvite, Err: err,
		Text:   fmt.Sprintf("The text is not the %s of another Echopath, or it is not whole.", what),
		Advice: "Copy all of it, from the first to the last character, and paste it once more."}
}

// gathered applies this end's description and waits for its candidates.
func (w *Pasted) gathered(ctx context.Context, own webrtc.SessionDescription) (*Pasted, []byte, error) {
	complete := webrtc.GatheringCompletePromise(w.pc)
	if err := w.pc.SetLocalDescription(own); err != nil {
		return nil, nil, w.abandon(err)
	}
	limit := time.NewTimer(gatherPasted)
	defer limit.Stop()
	select {
	case <-complete:
	case <-limit.C: // with what there is
	case <-ctx.Done():
		return nil, nil, errors.Join(ctx.Err(), w.Close())
	}
	d, err := describePasted(*w.pc.LocalDescription())
	if err != nil {
		return nil, nil, w.abandon(err)
	}
	if len(d.candidates) == 0 {
		return nil, nil, w.abandon(errors.New("no socket could be opened at any address: there is none, or all ports that may be used are in use"))
	}
	text, err := d.pack()
	if err != nil {
		return nil, nil, w.abandon(err)
	}
	w.own = d
	w.attending.Go(w.attend)
	return w, text, nil
}

// abandon closes an end of which nothing came, and gives the failure that tells why.
func (w *Pasted) abandon(err error) error {
	_ = w.net.closeAll()
	_ = w.Close()
	var told *netcheck.Failure
	if errors.As(err, &told) {
		return told
	}
	return localError("This computer could not set up a connection for the signalling.", err)
}

// apply sets the other end's description and those of its candidates that may be sent to.
func (w *Pasted) apply(d pastedDescription) error {
	w.senders.name(d.candidates)
	if err := w.pc.SetRemoteDescription(d.sdp()); err != nil {
		what := "answer"
		if w.answers {
			what = "invitation"
		}
		return notPasted(what, err)
	}
	for _, c := range d.candidates {
		if c.addr.Port() >= firstPort && w.usable(c.addr.Addr()) {
			_ = w.pc.AddICECandidate(webrtc.ICECandidateInit{Candidate: c.line()}) // another one may do
		}
	}
	w.accepted.set(d)
	return nil
}
