package shell

import (
	"bytes"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	yaml "go.yaml.in/yaml/v3"

	"rivgate/store/accesslog"
)

// Token is one bearer token of the API. The token itself is known to its owner alone.
type Token struct {
	Name   string   // of who uses it; kept with what it does
	SHA256 [32]byte // of the token
	Roles  []Role   // of systems
	Units  []string // HSA-ids whose cases RoleRead and RoleHandle may see; AllUnits for every one
}

// access is who a token stands for.
func (t Token) access() Access {
	who := Access{User: accesslog.SystemID(t.Name), Name: t.Name}
	for _, role := range t.Roles {
		who.Grants = append(who.Grants, Grant{Role: role, Units: t.Units})
	}
	return who
}

// tokenLimit bounds a file of tokens, in bytes.
const tokenLimit = 1 << 20

// ReadTokens reads a YAML list of tokens: name, sha256 (64 hexadecimal digits), roles, units. The error names the entry
// and what is wrong with it, never a digest. An empty list is allowed: then nobody may use the API.
func ReadTokens(r io.Reader) ([]Token, error) {
	var rows []struct {
		Name   string   `yaml:"name"`
		SHA256 string   `yaml:"sha256"`
		Roles  []Role   `yaml:"roles"`
		Units  []string `yaml:"units"`
	}
	file, err := io.ReadAll(io.LimitReader(r, tokenLimit+1))
	if err != nil {
		return nil, fmt.Errorf("reading tokens: %w", err)
	}
	if len(file) > tokenLimit {
		return nil, errors.New("reading tokens: the file is larger than 1 MiB")
	}
	d := yaml.NewDecoder(bytes.NewReader(file))
	d.KnownFields(true)
	if err := d.Decode(&rows); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("reading tokens: %w", err)
	}
	tokens := make([]Token, 0, len(rows))
	for i, row := range rows {
		t := Token{Name: row.Name, Roles: row.Roles, Units: row.Units}
		if err := t.check(row.SHA256); err != nil {
			return nil, fmt.Errorf("reading tokens: entry %d (%s): %w", i+1, row.Name, err)
		}
		if slices.ContainsFunc(tokens, func(o Token) bool { return o.Name == t.Name || o.SHA256 == t.SHA256 }) {
			return nil, fmt.Errorf("reading tokens: entry %d (%s): name or token is there twice", i+1, row.Name)
		}
		tokens = append(tokens, t)
	}
	return tokens, nil
}

// check fills in the digest and tells what is wrong with an entry.
func (t *Token) check(digest string) error {
	sum, err := hex.DecodeString(digest)
	switch {
	case t.Name == "":
		return errors.New("name is missing")
	case err != nil || len(sum) != sha256.Size:
		return errors.New("sha256 is not 64 hexadecimal digits")
	case len(t.Roles) == 0:
		return errors.New("roles is missing")
	}
	copy(t.SHA256[:], sum)
	for _, role := range t.Roles {
		switch role {
		case RoleOperate, RolePortal, RoleCatalogue:
		case RoleRead, RoleHandle:
			if len(t.Units) == 0 {
				return errors.New(`units is missing: list HSA-ids, or "*" for all`)
			}
		default:
			return fmt.Errorf("role %q is not known: write read, handle, operate, catalogue or portal", role)
		}
	}
	return nil
}

// find compares with every token, so that the time it takes tells nothing.
func find(tokens []Token, presented string) (Token, bool) {
	sum := sha256.Sum256([]byte(presented))
	hit := -1
	for i := range tokens {
		if subtle.ConstantTimeCompare(tokens[i].SHA256[:], sum[:]) == 1 {
			hit = i
		}
	}
	if hit < 0 {
		return Token{}, false
	}
	return tokens[hit], true
}

// bearer is the token of an Authorization header; "" without one.
func bearer(header string) string {
	scheme, token, ok := strings.Cut(header, " ")
	if !ok || !strings.EqualFold(scheme, "bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}
