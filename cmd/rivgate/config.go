package main

import (
	"cmp"
	"net"
	"strconv"
	"strings"
	"time"
)

// The environments.
const (
	environmentDemo       = "demo"
	environmentTest       = "test"
	environmentProduction = "production"
)

// Names that tak.source takes beside files and URLs.
const (
	sourceDemo  = "demo"
	sourceStore = "store"
)

// Config is the whole configuration: one YAML file, each key also an environment variable (see readEnvironment).
// The keys are promised to users and mean the same for ever; config.example.yaml explains each of them.
type Config struct {
	Environment string          `yaml:"environment"`
	Instance    InstanceConfig  `yaml:"instance"`
	SOAP        SOAPConfig      `yaml:"soap"`
	Producer    ProducerConfig  `yaml:"producer"`
	Delivery    DeliveryConfig  `yaml:"delivery"`
	TAK         TAKConfig       `yaml:"tak"`
	Contracts   ContractsConfig `yaml:"contracts"`
	Store       StoreConfig     `yaml:"store"`
	Shutdown    ShutdownConfig  `yaml:"shutdown"`
	Retention   RetentionConfig `yaml:"retention"`
	Files       FilesConfig     `yaml:"files"`
	Desk        DeskConfig      `yaml:"desk"`
	Demo        DemoConfig      `yaml:"demo"`
	Web         WebConfig       `yaml:"web"`
	Admin       AdminConfig     `yaml:"admin"`
	Log         LogConfig       `yaml:"log"`
}

// InstanceConfig is who this gateway is.
type InstanceConfig struct {
	ID    string `yaml:"id"`
	Name  string `yaml:"name"`
	HSAID string `yaml:"hsa_id"`
}

// SOAPConfig is the SOAP listeners and what they believe about their callers.
type SOAPConfig struct {
	Listen            string                 `yaml:"listen"`
	Path              string                 `yaml:"path"`
	TrustedProxies    []string               `yaml:"trusted_proxies"`
	CertificateHeader string                 `yaml:"certificate_header"`
	TLS               ListenTLSConfig        `yaml:"tls"`
	InternalFrom      []string               `yaml:"internal_from"`
	MaxMessage        Size                   `yaml:"max_message"`
	MaxLarge          int                    `yaml:"max_large"` // messages above 1 MiB that are taken at once
	Spool             string                 `yaml:"spool"`     // folder for them while they are read; "" = beside the SQLite file, or the system's
	OriginalConsumer  OriginalConsumerConfig `yaml:"original_consumer"`
}

// ListenTLSConfig is the listener with mutual TLS.
type ListenTLSConfig struct {
	Listen      string `yaml:"listen"`
	Certificate string `yaml:"certificate"`
	Key         string `yaml:"key"`
	ClientCA    string `yaml:"client_ca"`
}

// OriginalConsumerConfig is who may set x-rivta-original-serviceconsumer-hsaid.
type OriginalConsumerConfig struct {
	AllowedSenders []string `yaml:"allowed_senders"`
	Enforce        bool     `yaml:"enforce"`
}

// ProducerConfig is how producers are called.
type ProducerConfig struct {
	ConnectTimeout time.Duration            `yaml:"connect_timeout"`
	Timeout        time.Duration            `yaml:"timeout"`
	Timeouts       map[string]time.Duration `yaml:"timeouts"`
	MaxAnswer      Size                     `yaml:"max_answer"`
	TLS            ClientTLSConfig          `yaml:"tls"`
	TLSFor         []ProducerTLSConfig      `yaml:"tls_for"`
	Correlation    bool                     `yaml:"propagate_correlation_id_over_https"`
}

// ClientTLSConfig is our certificate towards producers, and whom we believe.
type ClientTLSConfig struct {
	Certificate string `yaml:"certificate"`
	Key         string `yaml:"key"`
	CA          string `yaml:"ca"`
}

// ProducerTLSConfig is what is other than in ClientTLSConfig for the producers at one host. What is empty is as there.
type ProducerTLSConfig struct {
	Host        string `yaml:"host"`
	Port        int    `yaml:"port"` // 0: any that has no entry of its own
	Certificate string `yaml:"certificate"`
	Key         string `yaml:"key"`
	CA          string `yaml:"ca"`
	MinVersion  string `yaml:"min_version"` // 1.2 or 1.3; default 1.2
}

// address is what an entry is for: host:port, or the host alone.
func (c ProducerTLSConfig) address() string {
	host := strings.ToLower(strings.Trim(c.Host, "[]"))
	if c.Port == 0 {
		return host
	}
	return net.JoinHostPort(host, strconv.Itoa(c.Port))
}

// over is what an entry makes of what is for all.
func (c ProducerTLSConfig) over(common ClientTLSConfig) ClientTLSConfig {
	if c.Certificate != "" {
		common.Certificate, common.Key = c.Certificate, c.Key
	}
	common.CA = cmp.Or(c.CA, common.CA)
	return common
}

// DeliveryConfig is how queued messages are delivered.
type DeliveryConfig struct {
	Schedule    []time.Duration `yaml:"schedule"`
	GiveUpAfter time.Duration   `yaml:"give_up_after"`
	GapTimeout  time.Duration   `yaml:"gap_timeout"`
	Lease       time.Duration   `yaml:"lease"`
	Workers     int             `yaml:"workers"`
}

// TAKConfig is where the catalogue comes from and how it is read.
type TAKConfig struct {
	Source             string        `yaml:"source"`
	Cache              string        `yaml:"cache"`
	Refresh            time.Duration `yaml:"refresh"`
	MaxShrink          int           `yaml:"max_shrink"`
	UnitsFile          string        `yaml:"units_file"`
	HSAFiles           []string      `yaml:"hsa_files"`
	Delimiter          string        `yaml:"delimiter"`
	DelimiterContracts []string      `yaml:"delimiter_contracts"`
	DelimiterSenders   []string      `yaml:"delimiter_senders"`
	Tree               TreeConfig    `yaml:"tree"`
	ResetAlways200     bool          `yaml:"resetcache_always_200"`
}

// TreeConfig is what the HSA tree counts for.
type TreeConfig struct {
	Routes            bool     `yaml:"routes"`
	Permissions       bool     `yaml:"permissions"`
	ExceptedContracts []string `yaml:"excepted_contracts"`
}

// ContractsConfig is the contract pack and how strictly messages are judged.
type ContractsConfig struct {
	Pack          string                       `yaml:"pack"`
	Validation    string                       `yaml:"validation"`
	PortalAddress string                       `yaml:"portal_address"`
	SchemaFolders []string                     `yaml:"schema_folders"`
	PerContract   map[string]PerContractConfig `yaml:"per_contract"`
}

// PerContractConfig overrides ContractsConfig and ProducerConfig for one contract. Zero fields do not.
type PerContractConfig struct {
	Validation string        `yaml:"validation"`
	Delivery   string        `yaml:"delivery"`
	Timeout    time.Duration `yaml:"timeout"`
}

// StoreConfig is the database.
type StoreConfig struct {
	URL          string `yaml:"url"`
	PasswordFile string `yaml:"password_file"`
	Migrate      bool   `yaml:"migrate"` // default: true, but in production
}

// ShutdownConfig is how the gateway ends after SIGTERM.
type ShutdownConfig struct {
	Drain  time.Duration `yaml:"drain"`
	Finish time.Duration `yaml:"finish"`
}

// FilesConfig is what is done with attachments.
type FilesConfig struct {
	Scanner     string        `yaml:"scanner"` // clamd, as tcp://host:port or unix:///path; "" none
	ScanTimeout time.Duration `yaml:"scan_timeout"`
}

// RetentionConfig is after how long what is final may go. 0: never.
type RetentionConfig struct {
	DeliveredAfter   time.Duration `yaml:"delivered_after"`
	ClosedCasesAfter time.Duration `yaml:"closed_cases_after"`
}

// DeskConfig is how people work with cases.
type DeskConfig struct {
	Undo         time.Duration `yaml:"undo"`
	DueDays      int           `yaml:"due_days"`
	DueDaysMinor int           `yaml:"due_days_minor"`
}

// DemoConfig is where the simulators listen, in environment demo only.
type DemoConfig struct {
	HandlingSystem string `yaml:"handling_system"`
	Portal         string `yaml:"portal"`
}

// AdminConfig is the listener of what monitors ask for.
type AdminConfig struct {
	Listen string `yaml:"listen"`
}

// WebConfig is pages and API.
type WebConfig struct {
	Listen        string     `yaml:"listen"`
	PublicURL     string     `yaml:"public_url"`
	SessionHours  int        `yaml:"session_hours"`
	SmallCounts   int        `yaml:"small_counts"`
	LocalAccounts bool       `yaml:"local_accounts"`
	APITokensFile string     `yaml:"api_tokens_file"`
	OIDC          OIDCConfig `yaml:"oidc"`
}

// OIDCConfig is the identity provider of people.
type OIDCConfig struct {
	Issuer           string `yaml:"issuer"`
	ClientID         string `yaml:"client_id"`
	ClientSecretFile string `yaml:"client_secret_file"`

	Name       string                    `yaml:"name"`
	Scopes     []string                  `yaml:"scopes"`
	RolesClaim string                    `yaml:"roles_claim"`
	UnitsClaim string                    `yaml:"units_claim"`
	Roles      map[string]OIDCRoleConfig `yaml:"roles"`
}

// OIDCRoleConfig is what one value of the roles claim gives.
type OIDCRoleConfig struct {
	Role  string   `yaml:"role"`
	Kind  string   `yaml:"kind"`
	Units []string `yaml:"units"`
}

// LogConfig is what is logged and how.
type LogConfig struct {
	Level  string `yaml:"level"`
	Format string `yaml:"format"`
}

// DefaultConfig is what an empty file means: the demo on this machine.
func DefaultConfig() Config {
	return Config{
		Environment: environmentDemo,
		Instance:    InstanceConfig{ID: "dev_env", Name: "NTjP Develop", HSAID: "SE0000000001-RIVGATE"},
		SOAP: SOAPConfig{
			Listen:            "127.0.0.1:8080",
			Path:              "/vp",
			TrustedProxies:    []string{"127.0.0.0/8"},
			CertificateHeader: "x-vp-auth-cert",
			MaxMessage:        280 << 20, // ten files of 20 MB, in base64 with line ends
			MaxLarge:          4,
		},
		Producer: ProducerConfig{ConnectTimeout: 2 * time.Second, Timeout: 29 * time.Second, MaxAnswer: 64 << 20},
		Delivery: DeliveryConfig{
			Schedule:    []time.Duration{4 * time.Second, 20 * time.Second, 5 * time.Minute, 30 * time.Minute, time.Hour},
			GiveUpAfter: 168 * time.Hour,
			GapTimeout:  time.Hour,
			Lease:       30 * time.Second,
			Workers:     8,
		},
		TAK: TAKConfig{
			Source:    sourceDemo,
			Cache:     "./data/tak-cache.xml",
			Refresh:   10 * time.Minute,
			MaxShrink: 20,
			Delimiter: "#",
			Tree:      TreeConfig{Routes: true, Permissions: true},
		},
		Contracts: ContractsConfig{Pack: "inferred", Validation: "enforce", PortalAddress: "SE0000000001-1177"},
		Store:     StoreConfig{URL: "sqlite:./data/rivgate.db", Migrate: true},
		Shutdown:  ShutdownConfig{Drain: 8 * time.Second, Finish: 20 * time.Second},
		Files:     FilesConfig{ScanTimeout: 30 * time.Second},
		Desk:      DeskConfig{Undo: 10 * time.Second, DueDays: 28, DueDaysMinor: 14},
		Demo:      DemoConfig{HandlingSystem: "127.0.0.1:8090", Portal: "127.0.0.1:8091"},
		Web:       WebConfig{Listen: "127.0.0.1:8081", SessionHours: 8, SmallCounts: 5, LocalAccounts: true, OIDC: OIDCConfig{Name: "inloggningstjänsten", Scopes: []string{"profile"}, RolesClaim: "roles"}},
		Log:       LogConfig{Level: "info", Format: "json"},
	}
}
