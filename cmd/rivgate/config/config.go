// Package config reads, checks and documents the configuration of the gateway: one YAML file, with environment
// variables over it.
//
// It does not know what is done with a value, and starts nothing.
package config

import (
	"cmp"
	"net"
	"strconv"
	"strings"
	"time"
)

// The environments.
const (
	EnvironmentDemo       = "demo"
	EnvironmentTest       = "test"
	EnvironmentProduction = "production"
)

// Names that tak.source takes beside files and URLs.
const (
	SourceDemo  = "demo"
	SourceStore = "store"
)

// Config is the whole configuration: one YAML file, each key also an environment variable (see readEnvironment).
// The keys are promised to users and mean the same for ever; config.example.yaml explains each of them.
type Config struct {
	Environment string    `yaml:"environment"`
	Instance    Instance  `yaml:"instance"`
	SOAP        SOAP      `yaml:"soap"`
	Producer    Producer  `yaml:"producer"`
	Signature   Signature `yaml:"signature"`
	Delivery    Delivery  `yaml:"delivery"`
	Duties      Duties    `yaml:"duties"`
	TAK         TAK       `yaml:"tak"`
	Contracts   Contracts `yaml:"contracts"`
	Store       Store     `yaml:"store"`
	Shutdown    Shutdown  `yaml:"shutdown"`
	Retention   Retention `yaml:"retention"`
	Files       Files     `yaml:"files"`
	Desk        Desk      `yaml:"desk"`
	Citizen     Citizen   `yaml:"citizen"`
	Demo        Demo      `yaml:"demo"`
	Web         Web       `yaml:"web"`
	Admin       Admin     `yaml:"admin"`
	Log         Log       `yaml:"log"`
}

// Instance is who this gateway is.
type Instance struct {
	ID    string `yaml:"id"`
	Name  string `yaml:"name"`
	HSAID string `yaml:"hsa_id"`
}

// SOAP is the SOAP listeners and what they believe about their callers.
type SOAP struct {
	Listen            string    `yaml:"listen"`
	Path              string    `yaml:"path"`
	TrustedProxies    []string  `yaml:"trusted_proxies"`
	CertificateHeader string    `yaml:"certificate_header"`
	TLS               ListenTLS `yaml:"tls"`
	InternalFrom      []string  `yaml:"internal_from"`
	MaxMessage        Size      `yaml:"max_message"`
	MaxLarge          int       `yaml:"max_large"` // messages above 1 MiB that are taken at once
	// folder for them while they are read; "" = beside the SQLite file, or the system's
	Spool            string           `yaml:"spool"`
	OriginalConsumer OriginalConsumer `yaml:"original_consumer"`
}

// ListenTLS is the listener with mutual TLS.
type ListenTLS struct {
	Listen      string `yaml:"listen"`
	Certificate string `yaml:"certificate"`
	Key         string `yaml:"key"`
	ClientCA    string `yaml:"client_ca"`
}

// OriginalConsumer is who may set x-rivta-original-serviceconsumer-hsaid.
type OriginalConsumer struct {
	AllowedSenders []string `yaml:"allowed_senders"`
	Enforce        bool     `yaml:"enforce"`
}

// Producer is how producers are called.
type Producer struct {
	ConnectTimeout time.Duration            `yaml:"connect_timeout"`
	Timeout        time.Duration            `yaml:"timeout"`
	Timeouts       map[string]time.Duration `yaml:"timeouts"`
	MaxAnswer      Size                     `yaml:"max_answer"`
	TLS            ClientTLS                `yaml:"tls"`
	TLSFor         []ProducerTLS            `yaml:"tls_for"`
	Correlation    bool                     `yaml:"propagate_correlation_id_over_https"`
	Allowed        []string                 `yaml:"allowed"` // hosts, addresses or networks; see Config.Reach
}

// ClientTLS is our certificate towards producers, and whom we believe.
type ClientTLS struct {
	Certificate string `yaml:"certificate"`
	Key         string `yaml:"key"`
	CA          string `yaml:"ca"`
}

// ProducerTLS is what is other than in ClientTLS for the producers at one host. What is empty is as there.
type ProducerTLS struct {
	Host        string `yaml:"host"`
	Port        int    `yaml:"port"` // 0: any that has no entry of its own
	Certificate string `yaml:"certificate"`
	Key         string `yaml:"key"`
	CA          string `yaml:"ca"`
	MinVersion  string `yaml:"min_version"` // 1.2 or 1.3; default 1.2
}

// Address is what an entry is for: host:port, or the host alone.
func (c ProducerTLS) Address() string {
	host := strings.ToLower(strings.Trim(c.Host, "[]"))
	if c.Port == 0 {
		return host
	}
	return net.JoinHostPort(host, strconv.Itoa(c.Port))
}

// Over is what an entry makes of what is for all.
func (c ProducerTLS) Over(common ClientTLS) ClientTLS {
	if c.Certificate != "" {
		common.Certificate, common.Key = c.Certificate, c.Key
	}
	common.CA = cmp.Or(c.CA, common.CA)
	return common
}

// Duties is what one person does not do alone.
type Duties struct {
	SecondPerson []string `yaml:"second_person"` // of duties.All; default in production: all of them, else none
}

// Delivery is how queued messages are delivered.
type Delivery struct {
	Schedule    []time.Duration `yaml:"schedule"`
	GiveUpAfter time.Duration   `yaml:"give_up_after"`
	GapTimeout  time.Duration   `yaml:"gap_timeout"`
	Lease       time.Duration   `yaml:"lease"`
	Workers     int             `yaml:"workers"`
}

// TAK is where the catalogue comes from and how it is read.
type TAK struct {
	Source             string        `yaml:"source"`
	Cache              string        `yaml:"cache"`
	Refresh            time.Duration `yaml:"refresh"`
	MaxShrink          int           `yaml:"max_shrink"`
	UnitsFile          string        `yaml:"units_file"`
	HSAFiles           []string      `yaml:"hsa_files"`
	Delimiter          string        `yaml:"delimiter"`
	DelimiterContracts []string      `yaml:"delimiter_contracts"`
	DelimiterSenders   []string      `yaml:"delimiter_senders"`
	Tree               Tree          `yaml:"tree"`
	ResetAlways200     bool          `yaml:"resetcache_always_200"`
}

// Tree is what the HSA tree counts for.
type Tree struct {
	Routes            bool     `yaml:"routes"`
	Permissions       bool     `yaml:"permissions"`
	ExceptedContracts []string `yaml:"excepted_contracts"`
}

// Contracts is the contract pack and how strictly messages are judged.
type Contracts struct {
	Pack          string                 `yaml:"pack"`
	Validation    string                 `yaml:"validation"`
	PortalAddress string                 `yaml:"portal_address"`
	SchemaFolders []string               `yaml:"schema_folders"`
	PerContract   map[string]PerContract `yaml:"per_contract"`
}

// PerContract overrides Contracts and Producer for one contract. Zero fields do not.
type PerContract struct {
	Validation string        `yaml:"validation"`
	Delivery   string        `yaml:"delivery"`
	Timeout    time.Duration `yaml:"timeout"`
}

// Store is the database.
type Store struct {
	URL          string `yaml:"url"`
	PasswordFile string `yaml:"password_file"`
	Migrate      bool   `yaml:"migrate"` // default: true, but in production
}

// Shutdown is how the gateway ends after SIGTERM.
type Shutdown struct {
	Drain  time.Duration `yaml:"drain"`
	Finish time.Duration `yaml:"finish"`
}

// Files is what is done with attachments.
type Files struct {
	Scanner     string        `yaml:"scanner"` // clamd, as tcp://host:port or unix:///path; "" none
	ScanTimeout time.Duration `yaml:"scan_timeout"`
}

// Retention is after how long what is final may go. 0: never.
type Retention struct {
	DeliveredAfter   time.Duration `yaml:"delivered_after"`
	ClosedCasesAfter time.Duration `yaml:"closed_cases_after"`
	// cases go only when they have a registration number
	RequireRegistration bool `yaml:"require_registration"`
}

// Desk is how people work with cases.
type Desk struct {
	Undo         time.Duration `yaml:"undo"`
	DueDays      int           `yaml:"due_days"`
	DueDaysMinor int           `yaml:"due_days_minor"`
}

// Citizen is what reporters can do.
type Citizen struct {
	SupplementAfterClose time.Duration `yaml:"supplement_after_close"`
	OpenForm             bool          `yaml:"open_form"`
}

// Demo is where the simulators listen, in environment demo only.
type Demo struct {
	HandlingSystem string `yaml:"handling_system"`
	Portal         string `yaml:"portal"`
}

// Admin is the listener of what monitors ask for.
type Admin struct {
	Listen string `yaml:"listen"`
}

// Web is pages and API.
type Web struct {
	Listen        string        `yaml:"listen"`
	PublicURL     string        `yaml:"public_url"`
	TLS           WebTLS        `yaml:"tls"`
	SessionHours  int           `yaml:"session_hours"`
	SessionIdle   time.Duration `yaml:"session_idle"`
	SignInAgain   time.Duration `yaml:"sign_in_again"`
	SmallCounts   int           `yaml:"small_counts"`
	LocalAccounts bool          `yaml:"local_accounts"`
	APITokensFile string        `yaml:"api_tokens_file"`
	OIDC          OIDC          `yaml:"oidc"`
}

// WebTLS are the files with which the pages show who they are. Without them the listener speaks plain HTTP.
type WebTLS struct {
	Certificate string `yaml:"certificate"`
	Key         string `yaml:"key"`
}

// OIDC is the identity provider of people.
type OIDC struct {
	Issuer           string `yaml:"issuer"`
	ClientID         string `yaml:"client_id"`
	ClientSecretFile string `yaml:"client_secret_file"`

	Name       string              `yaml:"name"`
	Scopes     []string            `yaml:"scopes"`
	ACR        []string            `yaml:"acr"`
	RolesClaim string              `yaml:"roles_claim"`
	UnitsClaim string              `yaml:"units_claim"`
	Roles      map[string]OIDCRole `yaml:"roles"`
}

// OIDCRole is what one value of the roles claim gives.
type OIDCRole struct {
	Role  string   `yaml:"role"`
	Kind  string   `yaml:"kind"`
	Units []string `yaml:"units"`
}

// Log is what is logged and how.
type Log struct {
	Level  string `yaml:"level"`
	Format string `yaml:"format"`
}

// Default is what an empty file means: the demo on this machine.
func Default() Config {
	return Config{
		Environment: EnvironmentDemo,
		Instance:    Instance{ID: "dev_env", Name: "NTjP Develop", HSAID: "SE0000000001-RIVGATE"},
		SOAP: SOAP{
			Listen:            "127.0.0.1:8080",
			Path:              "/vp",
			TrustedProxies:    []string{"127.0.0.0/8"},
			CertificateHeader: "x-vp-auth-cert",
			MaxMessage:        280 << 20, // ten files of 20 MB, in base64 with line ends
			MaxLarge:          4,
		},
		Producer:  Producer{ConnectTimeout: 2 * time.Second, Timeout: 29 * time.Second, MaxAnswer: 64 << 20},
		Signature: Signature{MaxAge: 5 * time.Minute},
		Delivery: Delivery{
			Schedule:    []time.Duration{4 * time.Second, 20 * time.Second, 5 * time.Minute, 30 * time.Minute, time.Hour},
			GiveUpAfter: 168 * time.Hour,
			GapTimeout:  time.Hour,
			Lease:       30 * time.Second,
			Workers:     8,
		},
		TAK: TAK{
			Source:    SourceDemo,
			Cache:     "./data/tak-cache.xml",
			Refresh:   10 * time.Minute,
			MaxShrink: 20,
			Delimiter: "#",
			Tree:      Tree{Routes: true, Permissions: true},
		},
		Contracts: Contracts{Pack: "inferred", Validation: "enforce", PortalAddress: "SE0000000001-1177"},
		Store:     Store{URL: "sqlite:./data/rivgate.db", Migrate: true},
		Shutdown:  Shutdown{Drain: 8 * time.Second, Finish: 20 * time.Second},
		Files:     Files{ScanTimeout: 30 * time.Second},
		Desk:      Desk{Undo: 10 * time.Second, DueDays: 28, DueDaysMinor: 14},
		Citizen:   Citizen{SupplementAfterClose: 14 * 24 * time.Hour},
		Demo:      Demo{HandlingSystem: "127.0.0.1:8090", Portal: "127.0.0.1:8091"},
		Web: Web{
			Listen: "127.0.0.1:8081", SessionHours: 8, SessionIdle: 30 * time.Minute,
			SignInAgain: 15 * time.Minute, SmallCounts: 5, LocalAccounts: true,
			OIDC: OIDC{Name: "inloggningstjänsten", Scopes: []string{"profile"}, RolesClaim: "roles"},
		},
		Log: Log{Level: "info", Format: "json"},
	}
}
