using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using BillingCopilot.Billing;
using BillingCopilot.Billing.Credits;
using BillingCopilot.Billing.Disputes;
using BillingCopilot.Governance.Canonical;
using BillingCopilot.Governance.Configuration;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Governance.People;

namespace BillingCopilot.Governance.Policy;

/// <summary>Reads <c>policy.yaml</c>.</summary>
internal static class PolicyFile
{
    public static PolicyBook Read(ConfigMap file, OperationCatalog catalog)
    {
        var operations = file.Allow("operations", "queues").Get("operations").Map;
        var names = catalog.All.Select(d => d.Name).ToArray();
        var policies = operations.Allow("operation", names).Entries.ToDictionary(e => e.Key, e => ReadPolicy(catalog.Find(e.Key)!, e), StringComparer.Ordinal);
        var missing = names.Where(n => !policies.ContainsKey(n)).ToArray();
        return missing.Length == 0
            ? new PolicyBook(policies, VersionOf(policies)) { Queues = QueueBook.Read(file.Find("queues")) }
            : throw operations.Fault($"no policy for {string.Join(", ", missing)}. Every operation needs one.");
    }

    private static OperationPolicy ReadPolicy(OperationDescriptor operation, ConfigNode node)
    {
        var map = node.Map;
        map.Allow("propose", "approve", "self_approval", "expiry", "second_approver_above", "caps", "batch_rows", "limit", "small_below", "contest", "window_days");
        var caps = Limit("caps") is { IsNone: false } given ? given.Map.Allow("per_customer_per_day", "per_approver_per_day", "per_day") : null;
        return new OperationPolicy(
            operation.Name,
            ReadRoles(map.Get("propose"), Roles.OfProposers),
            ReadRoles(map.Get("approve"), Roles.OfPeople),
            map.Get("self_approval").Flag,
            ReadDuration(map.Get("expiry")),
            ReadAmounts(Limit("second_approver_above")),
            ReadAmounts(caps?.Get("per_customer_per_day")))
        {
            PerApproverPerDay = ReadAmounts(caps?.Find("per_approver_per_day")),
            PerDay = ReadAmounts(caps?.Find("per_day")),
            BatchRows = ReadBatchRows(operation, map.Find("batch_rows")),
            Limit = ReadLimit(operation, node),
            SmallBelow = operation.HasSmall || map.Find("small_below") is not { } small ? ReadAmounts(map.Find("small_below")) : throw small.Fault($"{operation.Name} knows no 'small_below'."),
            Contest = ReadContest(operation, map.Find("contest")),
            WindowDays = ReadWindow(operation, map.Find("window_days")),
        };

        // Where money moves, having no limit is a decision that somebody writes down.
        ConfigNode? Limit(string key) => map.Find(key) ?? (operation.Risk == Risk.Money
            ? throw node.Fault($"'{key}' is missing for {operation.Name}, which moves money. Write amounts by currency, or 'none'.")
            : null);
    }

    private static CourtesyLimit? ReadLimit(OperationDescriptor operation, ConfigNode node)
    {
        var limit = node.Map.Find("limit");
        if (limit is null || !operation.NeedsLimit)
        {
            return limit is not null ? throw limit.Fault($"{operation.Name} keeps no 'limit'. Use caps.")
                : operation.NeedsLimit ? throw node.Fault($"'limit' is missing for {operation.Name}: days, per_customer by currency, and the policy's words.")
                : null;
        }

        var map = limit.Map.Allow("days", "per_customer", "words");
        return int.TryParse(map.Get("days").Text, NumberStyles.None, CultureInfo.InvariantCulture, out var days) && days is >= 1 and <= 366
            ? new CourtesyLimit(days, ReadAmounts(map.Get("per_customer")) ?? throw map.Get("per_customer").Fault("'per_customer' is 'none'. Give the most by currency: a gesture without a limit is no gesture."), map.Get("words").Text)
            : throw map.Get("days").Fault("'days' must be a whole number from 1 to 366.");
    }

    private static ContestTerms? ReadContest(OperationDescriptor operation, ConfigNode? node)
    {
        if (node is null || !operation.HasContest)
        {
            return node is null ? null : throw node.Fault($"{operation.Name} knows no 'contest'.");
        }

        var map = node.Map.Allow("business_days_before", "dispute_fee", "countered_fee");
        return int.TryParse(map.Get("business_days_before").Text, NumberStyles.None, CultureInfo.InvariantCulture, out var days) && days <= 15
            ? new ContestTerms(days, ReadAmounts(map.Find("dispute_fee")) ?? [], ReadAmounts(map.Find("countered_fee")) ?? [])
            : throw map.Get("business_days_before").Fault("'business_days_before' must be a whole number from 0 to 15.");
    }

    private static Dictionary<string, int>? ReadWindow(OperationDescriptor operation, ConfigNode? node)
    {
        if (node is null || !operation.HasWindow)
        {
            return node is null ? null : throw node.Fault($"{operation.Name} knows no 'window_days'.");
        }

        return node.Map.Allow("duplicate", "fraudulent", "requested_by_customer").Entries.ToDictionary(
            e => e.Key,
            e => int.TryParse(e.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var days) && days <= 366 ? days : throw e.Fault($"'{e.Key}' must be a whole number of days from 0 to 366."),
            StringComparer.Ordinal);
    }

    /// <summary>What a form holds is looked at by itself, by those who may read it.</summary>
    private static int ReadBatchRows(OperationDescriptor operation, ConfigNode? node) =>
        node is null ? 0
        : operation.FilledByPeople ? throw node.Fault($"{operation.Name} is filled in on a form, and each form is decided by itself. Leave '{node.Key}' out.")
        : int.TryParse(node.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count is >= 2 and <= 200 ? count
        : throw node.Fault($"'{node.Key}' is '{node.Text}'. Write a whole number from 2 to 200, or leave it out to decide one by one.");

    private static string[] ReadRoles(ConfigNode node, IReadOnlyList<string> allowed)
    {
        var roles = node.Items.Select(r => r.OneOf(allowed, "role")).ToArray();
        return roles.Length > 0 ? roles : throw node.Fault($"'{node.Key}' names nobody. Allowed: {string.Join(", ", allowed)}.");
    }

    private static Dictionary<string, Money>? ReadAmounts(ConfigNode? node) =>
        node is null or { IsNone: true } ? null : node.Map.Entries.ToDictionary(e => e.Key, ReadAmount, StringComparer.Ordinal);

    private static Money ReadAmount(ConfigNode node) => Money.Parse(node.Text, node.Key) switch
    {
        Outcome<Money>.Ok { Value: var money } when money.Currency == node.Key && node.Key.Length == 3 && money.AmountMinor >= 0 => money,
        _ => throw node.Fault($"'{node.Key}: {node.Text}' is no amount. Write a lower-case currency and decimal text, such as usd: \"1000.00\"."),
    };

    private static TimeSpan ReadDuration(ConfigNode node)
    {
        var text = node.Text;
        var unit = text[^1] switch { 'm' => TimeSpan.FromMinutes(1), 'h' => TimeSpan.FromHours(1), 'd' => TimeSpan.FromDays(1), _ => TimeSpan.Zero };
        return unit > TimeSpan.Zero && int.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count is > 0 and <= 1000
            ? unit * count
            : throw node.Fault($"'{node.Key}' is '{text}'. Write a whole number of minutes, hours or days: 30m, 24h, 3d.");
    }

    private static string VersionOf(IReadOnlyDictionary<string, OperationPolicy> policies) =>
        CanonicalJson.Hash(JsonSerializer.SerializeToNode(policies)!.AsObject());
}
