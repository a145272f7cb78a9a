using System.Text.Json;

namespace BillingCopilot.Billing.Triage;

/// <summary>What the classifier knows, as data: words and how much each speaks for an intent.</summary>
/// <param name="Least">Score below which no intent is claimed.</param>
/// <param name="Languages">Frequent little words, by ISO 639-1 code.</param>
public sealed record TriageWords(
    double Least,
    IReadOnlyDictionary<string, IntentWords> Intents,
    IReadOnlyDictionary<string, IReadOnlyList<string>> Urgency,
    IReadOnlyDictionary<string, IReadOnlyList<string>> Sentiment,
    IReadOnlyDictionary<string, IReadOnlyList<string>> Languages)
{
    /// <summary>The words that ship: <c>words.json</c> beside this file.</summary>
    public static TriageWords Shipped { get; } = Read();

    private static TriageWords Read()
    {
        using var data = typeof(TriageWords).Assembly.GetManifestResourceStream("BillingCopilot.Billing.Triage.words.json")!;
        return JsonSerializer.Deserialize<TriageWords>(data, JsonSerializerOptions.Web)!;
    }
}

/// <summary>One intent.</summary>
/// <param name="Policy">Words to find the policy that applies.</param>
/// <param name="Words">
/// Phrases in lower case without accents; <c>refund*</c> begins so, a lone <c>*</c> is one word or two. Each counts
/// once, with its weight.
/// </param>
public sealed record IntentWords(string Policy, IReadOnlyDictionary<string, double> Words);
