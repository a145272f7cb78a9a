using System.Net.Http.Headers;
using System.Text.Json;

namespace BillingCopilot.Agents.Models.Providers;

/// <summary>What a provider says of itself when asked for its list of models, which costs nothing.</summary>
/// <param name="Label"><c>openai:gpt-…</c>.</param>
/// <param name="For">Who uses it: <c>default</c>, <c>fallback</c>, a specialist's name.</param>
public sealed record ProviderState(string Label, string For, bool Ok, string Finding);

/// <summary>Looks at every configured provider without spending a token.</summary>
public sealed class ProviderProbe(AgentOptions options, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public async Task<IReadOnlyList<ProviderState>> LookAsync(CancellationToken cancellationToken)
    {
        var model = options.Model;
        (string For, ModelChoice Choice)[] all =
        [
            ("default", model.For("")),
            .. model.Agents.Keys.Order(StringComparer.Ordinal).Select(a => (a, model.For(a))),
            .. model.Fallback.Provider == ModelFactory.None ? Array.Empty<(string, ModelChoice)>() : [("fallback", model.Fallback)],
        ];
        if (model.Replay is { } folder)
        {
            return [new(model.Label, "default", true, $"answers are replayed from {folder}; no provider is asked")];
        }

        var states = new List<ProviderState>();
        foreach (var (who, choice) in all)
        {
            states.Add(await LookAsync(choice, who, cancellationToken));
        }

        return states;
    }

    private async Task<ProviderState> LookAsync(ModelChoice choice, string who, CancellationToken cancellationToken)
    {
        if (choice.Provider == ModelFactory.Rules)
        {
            return new(choice.Label, who, true, "the rules model needs no provider");
        }

        using var limit = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            var names = await NamesAsync(choice, either.Token);
            var where = ProviderClients.Address(choice).Host;
            return names.Count == 0 ? new(choice.Label, who, true, $"{where} answers; it does not list its models")
                : names.Any(n => Same(n, choice)) ? new(choice.Label, who, true, $"{where} answers, the key is accepted, and it has the model")
                : new(choice.Label, who, choice.Name == "default" || choice.Provider == ModelFactory.AzureOpenAI, $"{where} answers, but does not list '{choice.Name}'. It has: {string.Join(", ", names.Take(8))}{(names.Count > 8 ? " …" : "")}. Check Model:Name.");
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            return new(choice.Label, who, false, Faults.Of(choice.Label, e).Message);
        }
    }

    private async Task<IReadOnlyList<string>> NamesAsync(ModelChoice choice, CancellationToken cancellationToken)
    {
        using var http = ProviderClients.Http(choice, time);
        using var request = new HttpRequestMessage(HttpMethod.Get, ListOf(choice));
        if (choice.Provider == ModelFactory.Anthropic)
        {
            request.Headers.Add("anthropic-version", "2023-06-01");
        }

        if (!string.IsNullOrWhiteSpace(choice.ApiKey))
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", choice.ApiKey);
        }

        using var response = await http.SendAsync(request, cancellationToken);
        using var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync(cancellationToken));
        var (list, name) = choice.Provider == ModelFactory.Ollama ? ("models", "name") : ("data", "id");
        return body.RootElement.TryGetProperty(list, out var rows) && rows.ValueKind == JsonValueKind.Array
            ? [.. rows.EnumerateArray().Select(r => r.TryGetProperty(name, out var n) ? n.GetString() : null).OfType<string>()]
            : [];
    }

    private static Uri ListOf(ModelChoice choice)
    {
        var address = ProviderClients.Address(choice).ToString().TrimEnd('/');
        return new Uri(choice.Provider switch
        {
            ModelFactory.Ollama => address + "/api/tags",
            ModelFactory.Anthropic => address + "/v1/models?limit=1000",
            _ => address + "/models",
        });
    }

    /// <summary>Ollama names a model with its tag, which may be left out when it is <c>latest</c>.</summary>
    private static bool Same(string listed, ModelChoice choice) =>
        listed == choice.Name || (choice.Provider == ModelFactory.Ollama && listed == choice.Name + ":latest");
}
