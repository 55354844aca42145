package tak

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"go.uber.org/zap"

	"rivgate/routing"
	"rivgate/routing/catalogue"
)

// Held is an answer of the source that has lost so many rows that a person must accept it before it is used.
type Held struct {
	Digest            string    `json:"digest"` // of its content; the order of rows does not matter
	RoutesBefore      int       `json:"routesBefore"`
	Routes            int       `json:"routes"`
	PermissionsBefore int       `json:"permissionsBefore"`
	Permissions       int       `json:"permissions"`
	At                time.Time `json:"at"`
}

func (h Held) Error() string {
	return fmt.Sprintf("held back: the answer has %d routes after %d, and %d permissions after %d. Confirm it with "+
		"rivgate tak accept %s",
		h.Routes, h.RoutesBefore, h.Permissions, h.PermissionsBefore, h.Digest)
}

// Marked is a source that can tell cheaply whether its catalogue has changed: then its mark is another one. A Keeper
// asks for the mark every Poll, and reads the whole catalogue when the mark has changed.
type Marked interface {
	Mark(ctx context.Context) (string, error)
}

// holding is a whole answer that waits until a person accepts it.
type holding struct {
	held      Held
	catalogue routing.Catalogue
}

// few is how many routes, or permissions, an answer may always lose. In a small catalogue one row is a large
// percentage, and whoever removed it meant to.
const few = 5

// shrunk tells whether an answer lost more than MaxShrink percent, and more than a few, of its routes or of its
// permissions.
func (k *Keeper) shrunk(before, after routing.Catalogue) bool {
	less := func(before, after int) bool { return before-after > few && (before-after)*100 > before*k.MaxShrink }
	return k.MaxShrink > 0 &&
		(less(len(before.Routes), len(after.Routes)) || less(len(before.Permissions), len(after.Permissions)))
}

// weigh returns Held as the error when an answer must wait for a person. The first refresh after a start compares the
// answer with the saved copy, so that a restart does not accept it.
func (k *Keeper) weigh(ctx context.Context, c routing.Catalogue) error {
	if k.MaxShrink <= 0 {
		return nil
	}
	before := k.Catalogue()
	if k.current.Load() == nil && k.CacheFile != "" {
		before, _ = k.saved() // on an error there is no copy to compare with
	}
	if !k.shrunk(before, c) {
		k.held.Store(nil)
		return nil
	}
	h := Held{
		Digest: digest(c), RoutesBefore: len(before.Routes), Routes: len(c.Routes),
		PermissionsBefore: len(before.Permissions), Permissions: len(c.Permissions),
		At: k.now(),
	}
	if former := k.held.Load(); former != nil && former.held.Digest == h.Digest {
		h.At = former.held.At
	}
	if k.accepted(ctx, h) {
		k.held.Store(nil)
		return nil
	}
	k.held.Store(&holding{h, c})
	return h
}

func (k *Keeper) accepted(ctx context.Context, h Held) bool {
	if k.Accepted == nil {
		return false
	}
	yes, err := k.Accepted(ctx, h)
	if err != nil {
		k.log().Warn("asking whether the catalogue that is held back was accepted", zap.Error(err))
	}
	return yes && err == nil
}

// Accept puts the answer that is held back into use. It returns false when none is held back.
func (k *Keeper) Accept(ctx context.Context, digest string) (Report, bool, error) {
	k.refreshing.Lock()
	defer k.refreshing.Unlock()
	waiting := k.held.Load()
	if waiting == nil || waiting.held.Digest != digest {
		return Report{}, false, nil
	}
	report, err := k.use(ctx, waiting.catalogue, k.now(), false)
	if err != nil {
		return report, true, err
	}
	k.held.Store(nil)
	k.lastError.Store(nil)
	k.save(waiting.catalogue)
	return report, true, nil
}

// news tells whether to refresh at once instead of waiting: a person has accepted the answer that is held back, or the
// source has another mark.
func (k *Keeper) news(ctx context.Context) {
	if waiting := k.held.Load(); waiting != nil && k.accepted(ctx, waiting.held) {
		if _, _, err := k.Accept(ctx, waiting.held.Digest); err != nil {
			k.log().Error("catalogue accepted, but not usable", zap.String("reason", brief(err)))
		}
		return
	}
	marked, ok := k.Source.(Marked)
	if !ok {
		return
	}
	mark, err := marked.Mark(ctx)
	former := k.mark.Load()
	if err != nil || former != nil && *former == mark || mark == k.failed && time.Now().Before(k.again) {
		return
	}
	if _, err := k.Refresh(ctx); err != nil { // the reason is in the log and in Status; another mark is tried at once
		k.failed, k.again = mark, time.Now().Add(30*time.Second)
		return
	}
	k.mark.Store(&mark)
}

func (k *Keeper) poll() time.Duration {
	if k.Poll > 0 {
		return k.Poll
	}
	return 2 * time.Second
}

// digest identifies the routes and permissions of a catalogue, whatever their order.
func digest(c routing.Catalogue) string {
	lines := make([]string, 0, len(c.Routes)+len(c.Permissions))
	for _, r := range c.Routes {
		lines = append(lines, "route "+catalogue.RouteText(r))
	}
	for _, p := range c.Permissions {
		lines = append(lines, "permission "+catalogue.PermissionText(p))
	}
	slices.Sort(lines)
	sum := sha256.New()
	for _, line := range lines {
		_, _ = fmt.Fprintln(sum, line)
	}
	return hex.EncodeToString(sum.Sum(nil))[:16]
}
