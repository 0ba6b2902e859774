package desktop

import (
	"crypto/rand"
	"slices"
	"sync"
	"time"

	"echopath/app/session/identity"
	"echopath/netcheck"
	"echopath/netcheck/signaling/invite"
)

// identities are who this computer is to the hosts of invites, so that an invite for one use lets it in again after it has left or lost the
// host. They are kept on the disk, where a window that is opened anew finds them, and the terminal program too. What can not be kept
// there lasts as long as the window, for the invite that was used last.
type identities struct {
	mu     sync.Mutex
	invite netcheck.Secret
	own    [32]byte
}

// take gives who this computer is to the host of an invite. Release it when the session is over. It may wait for the disk.
func (i *identities) take(text netcheck.Secret) *identity.Taken {
	who, kept := stored(text)
	i.mu.Lock()
	defer i.mu.Unlock()
	switch {
	case !kept && i.invite == text:
		who.ID = i.own
	case who.ID == [32]byte{}:
		rand.Read(who.ID[:]) // never fails: it ends the process instead
	}
	i.invite, i.own = text, who.ID
	return who
}

// stored takes the identity from the disk, and tells whether it is the same one the next time, unless another program uses it then.
func stored(text netcheck.Secret) (who *identity.Taken, kept bool) {
	in, err := invite.Parse(text.Reveal())
	if err != nil {
		return &identity.Taken{}, false // the session says what is wrong with it
	}
	dir, err := identity.DefaultDir()
	if err != nil {
		return &identity.Taken{}, false
	}
	who, err = identity.Store{Dir: dir}.Take(in)
	return who, err == nil && time.Now().Before(in.Expiry)
}

// forget has this computer be another guest to every host.
func (i *identities) forget() {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.invite, i.own = "", [32]byte{}
}

// outsideServers are the STUN servers of others by which this computer may be found, as they were set when a host was last asked for.
type outsideServers struct {
	mu   sync.Mutex
	list []netcheck.ICEServer
}

func (o *outsideServers) get() []netcheck.ICEServer {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.list)
}

func (o *outsideServers) set(list []netcheck.ICEServer) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.list = slices.Clone(list)
}
