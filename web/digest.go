package web

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"sync"
)

// keys are this database's keys, each read once.
type keys struct {
	mu  sync.Mutex
	has map[string][]byte
}

// key is the database's key for a use.
func (s *Site) key(ctx context.Context, use string) ([]byte, error) {
	k := &s.secrets
	k.mu.Lock()
	defer k.mu.Unlock()
	if key, ok := k.has[use]; ok {
		return key, nil
	}
	key, err := s.Relay.Store.Secret(ctx, "web "+use)
	if err != nil {
		return nil, err
	}
	if k.has == nil {
		k.has = map[string][]byte{}
	}
	k.has[use] = key
	return key, nil
}

// digest is a keyed hash of something that must not be kept as it is, and must be known again: a personal number, a typed name.
func (s *Site) digest(ctx context.Context, use, text string) (string, error) {
	key, err := s.key(ctx, "digest")
	if err != nil {
		return "", err
	}
	mac := hmac.New(sha256.New, key)
	_, _ = mac.Write([]byte(use + "\x00" + text)) // never fails
	return hex.EncodeToString(mac.Sum(nil)), nil
}
