namespace BillingCopilot.Agents.Models;

/// <summary>One model of one provider.</summary>
public class ModelChoice
{
    /// <summary>One of <see cref="ModelFactory.Providers"/>; null takes provider, name, endpoint and key of <c>Model</c>.</summary>
    public string? Provider { get; set; }

    /// <summary>The provider's name of the model (a deployment's name at Azure); needed but for <c>rules</c>.</summary>
    public string? Name { get; set; }

    /// <summary>Base address; null means the provider's own (for <c>ollama</c>: this machine, port 11434).</summary>
    public string? Endpoint { get; set; }

    /// <summary>Key; may be empty for a local endpoint. Never logged, never stored.</summary>
    public string? ApiKey { get; set; }

    /// <summary>Price of a million tokens sent, in US dollars; null: not known.</summary>
    public decimal? InputPrice { get; set; }

    /// <summary>Price of a million tokens written, in US dollars; null: not known.</summary>
    public decimal? OutputPrice { get; set; }

    /// <summary>What an answer costs, in US dollars; null when a price is not known. The rules model costs nothing.</summary>
    public decimal? CostOf(long inputTokens, long outputTokens) =>
        Label == ModelFactory.Rules ? 0 : ((InputPrice * inputTokens) + (OutputPrice * outputTokens)) / 1_000_000m;

    /// <summary>Provider and name, for answers and logs: <c>rules</c>, <c>openai:gpt-…</c>.</summary>
    public string Label => Provider is null or ModelFactory.Rules ? ModelFactory.Rules : $"{Provider}:{Name}";

    /// <param name="section">Where it stands in the settings: <c>Model</c>, <c>Model:Agents:support</c>.</param>
    internal IEnumerable<string> Problems(string section)
    {
        if (!ModelFactory.Providers.Contains(Provider))
        {
            yield return $"{section}:Provider is '{Provider}'; allowed: {string.Join(", ", ModelFactory.Providers)}.";
            yield break;
        }

        if (Provider == ModelFactory.Rules)
        {
            yield break;
        }

        if (string.IsNullOrWhiteSpace(Name))
        {
            yield return $"{section}:Name is needed with {section}:Provider={Provider}.";
        }

        if (Endpoint is not null && !(Uri.TryCreate(Endpoint, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"))
        {
            yield return $"{section}:Endpoint is '{Endpoint}', which is not an http or https address.";
        }
        else if (Endpoint is not null && !string.IsNullOrWhiteSpace(ApiKey) && new Uri(Endpoint) is { Scheme: "http", IsLoopback: false })
        {
            yield return $"{section}:Endpoint is http, so {section}:ApiKey would travel in the clear. Use https.";
        }

        if (string.IsNullOrWhiteSpace(ApiKey) && (Provider == ModelFactory.AzureOpenAI || (Provider is ModelFactory.OpenAI or ModelFactory.Anthropic && Endpoint is null)))
        {
            yield return $"{section}:ApiKey is needed with {section}:Provider={Provider}{(Provider == ModelFactory.AzureOpenAI ? "" : $" when no {section}:Endpoint is given")}.";
        }

        if (Provider == ModelFactory.AzureOpenAI && Endpoint is null)
        {
            yield return $"{section}:Endpoint is needed with {section}:Provider={Provider}: https://RESOURCE.openai.azure.com.";
        }

        if (InputPrice < 0 || OutputPrice < 0)
        {
            yield return $"{section}:InputPrice or {section}:OutputPrice is negative. Give dollars for a million tokens.";
        }
    }
}

/// <summary>Which model answers, which stands in, and how patiently they are asked. Section <c>Model</c>.</summary>
public sealed class ModelOptions : ModelChoice
{
    public ModelOptions() => Provider = ModelFactory.Rules;

    /// <summary>Another model for a specialist, by its name, or for routing, as <c>coordinator</c>. What is left out is taken from <c>Model</c>.</summary>
    public Dictionary<string, ModelChoice> Agents { get; set; } = [];

    /// <summary>Who answers when a provider can't: by default the rules model, or another provider (then rules), or <c>none</c>.</summary>
    public ModelChoice Fallback { get; set; } = new() { Provider = ModelFactory.Rules };

    /// <summary>Seconds for one answer of a model as a whole, 1 to 3600. A long answer of a local model takes minutes.</summary>
    public int TimeoutSeconds { get; set; } = 300;

    /// <summary>Seconds within which the next piece of a streamed answer must come, 1 to 3600.</summary>
    public int IdleSeconds { get; set; } = 120;

    /// <summary>How often an answer that failed for a passing reason is asked for again, 0 to 10.</summary>
    public int Retries { get; set; } = 2;

    /// <summary>Longest wait that a provider's <c>Retry-After</c> may ask for, in seconds, 0 to 600; a longer one goes to the fallback.</summary>
    public int MaxWaitSeconds { get; set; } = 20;

    /// <summary>Failures in a minute after which a provider is not asked for a while, 2 to 100.</summary>
    public int BreakerFailures { get; set; } = 5;

    /// <summary>How long it is then left alone, in seconds, 1 to 3600.</summary>
    public int BreakerSeconds { get; set; } = 30;

    /// <summary>Folder that every request and answer of a model is written to, redacted; null: none.</summary>
    public string? Record { get; set; }

    /// <summary>Folder that answers come from instead of any model; null: models answer.</summary>
    public string? Replay { get; set; }

    /// <summary>The model of a specialist, completed from <c>Model</c>.</summary>
    public ModelChoice For(string agent) => Agents.TryGetValue(agent, out var choice) ? Completed(choice) : Completed(this);

    /// <summary>Who answered a specialist, by the label that the answer carries: what stood in has prices of its own.</summary>
    /// <param name="label">Null, or a name of the server's own: the model that was asked.</param>
    public ModelChoice Answering(string agent, string? label) => For(agent) is var asked && (label is null || label == asked.Label) ? asked
        : label == ModelFactory.Rules ? new ModelChoice { Provider = ModelFactory.Rules }
        : label == Fallback.Label ? Fallback
        : asked;

    /// <summary>What is wrong with the settings; empty when they can be used.</summary>
    public IEnumerable<string> Problems() =>
    [
        .. Completed(this).Problems("Model"),
        .. Agents.SelectMany(a => Completed(a.Value).Problems($"Model:Agents:{a.Key}")),
        .. Fallback.Provider == ModelFactory.None ? [] : Fallback.Problems("Model:Fallback"),
        .. Ranges(),
    ];

    private IEnumerable<string> Ranges()
    {
        (string Name, int Value, int Low, int High)[] ranges =
        [
            (nameof(TimeoutSeconds), TimeoutSeconds, 1, 3600), (nameof(IdleSeconds), IdleSeconds, 1, 3600), (nameof(Retries), Retries, 0, 10),
            (nameof(MaxWaitSeconds), MaxWaitSeconds, 0, 600), (nameof(BreakerFailures), BreakerFailures, 2, 100), (nameof(BreakerSeconds), BreakerSeconds, 1, 3600),
        ];
        foreach (var (name, value, low, high) in ranges.Where(r => r.Value < r.Low || r.Value > r.High))
        {
            yield return $"Model:{name} is {value}; allowed: {low} to {high}.";
        }

        if (Record is not null && Replay is not null)
        {
            yield return "Model:Record and Model:Replay are both given; use one.";
        }

        if (Replay is not null && !Directory.Exists(Replay))
        {
            yield return $"Model:Replay '{Replay}' is not a folder. Make it with --record first.";
        }
    }

    /// <summary>A choice of the same provider takes over what it leaves out; a server of one's own may have but one model.</summary>
    private ModelChoice Completed(ModelChoice choice)
    {
        var same = choice.Provider is null || choice.Provider == Provider;
        var endpoint = choice.Endpoint ?? (same ? Endpoint : null);
        var provider = choice.Provider ?? Provider;
        return new ModelChoice
        {
            Provider = provider,
            Name = choice.Name ?? (same ? Name : null) ?? (provider == ModelFactory.OpenAI && endpoint is not null ? "default" : null),
            Endpoint = endpoint,
            ApiKey = choice.ApiKey ?? (same ? ApiKey : null),
            InputPrice = choice.InputPrice ?? (same && choice.Name is null ? InputPrice : null),
            OutputPrice = choice.OutputPrice ?? (same && choice.Name is null ? OutputPrice : null),
        };
    }
}
