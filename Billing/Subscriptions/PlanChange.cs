using BillingCopilot.Billing.Text;

namespace BillingCopilot.Billing.Subscriptions;

/// <summary>A recurring price, as an item of a subscription or as it is on sale.</summary>
/// <param name="PriceId">Stripe's id of the price.</param>
/// <param name="ItemId">Stripe's id of the item; null for what is on sale.</param>
/// <param name="Plan">Name of the product.</param>
/// <param name="Unit">A piece and interval; null for metered and tiered prices.</param>
/// <param name="Every">How many intervals make a period.</param>
public sealed record PlanItem(string PriceId, string? ItemId, string Plan, Money? Unit, long Quantity, string Interval, long Every)
{
    internal RecurringAmount Recurring => new(Unit!.Value, Quantity, Interval, Every);
}

/// <summary>One item of a subscription replaced.</summary>
public sealed record PlanChange(PlanItem From, PlanItem To);

/// <summary>Finds out what a change to a smaller plan, or to fewer seats, means for a subscription.</summary>
public static class Downgrades
{
    /// <summary>The item that changes and what it becomes, or why that is no downgrade, with the names there are.</summary>
    /// <param name="items">Of the subscription.</param>
    /// <param name="onSale">Active prices in its currency and rhythm.</param>
    /// <param name="plan">Name of the plan to come; the plan it has, where only the seats get fewer.</param>
    /// <param name="quantity">Pieces from then on; null for as many as before.</param>
    /// <param name="replaces">Name of the plan that goes, where the subscription has several.</param>
    public static Outcome<PlanChange> Plan(IReadOnlyList<PlanItem> items, IReadOnlyList<PlanItem> onSale, string plan, long? quantity, string? replaces)
    {
        ArgumentNullException.ThrowIfNull(items);
        ArgumentNullException.ThrowIfNull(onSale);
        var own = items.Where(i => i.Unit is not null).ToList();
        if (quantity < 1)
        {
            return new Refusal("invalid_quantity", $"quantity: {quantity} is less than 1.", "Give 1 or more, or end the subscription instead.");
        }

        if (Named(own, plan) is [var same] && replaces is null)
        {
            return Fewer(same, quantity);
        }

        return Target(own, onSale, plan).TryGet(out var target, out var refusal) && Replaced(own, replaces).TryGet(out var from, out refusal)
            ? Smaller(from, target with { Quantity = quantity ?? from.Quantity })
            : refusal;
    }

    private static Outcome<PlanChange> Fewer(PlanItem item, long? quantity) => quantity is not { } wanted
        ? new Refusal("nothing_to_change", $"The subscription has {Quoted(item)} already.", "Say how many pieces it shall have (quantity), or name another plan.")
        : Smaller(item, item with { Quantity = wanted });

    private static Outcome<PlanItem> Target(List<PlanItem> own, IReadOnlyList<PlanItem> onSale, string plan) => Named(onSale, plan) switch
    {
        [var one] => one,
        [] => new Refusal("unknown_plan", $"plan: no plan '{plan}' is on sale in the subscription's currency and rhythm.", Smaller(own, onSale) is { Count: > 0 } smaller ? $"Smaller ones are: {Names(smaller)}." : "There is no smaller one; fewer pieces of the same plan are said in quantity."),
        var several => new Refusal("ambiguous_plan", $"plan: '{plan}' may be {Names(several)}.", "Give the whole name."),
    };

    /// <summary>The one that is named; else the only one, or the only one that is not counted in pieces.</summary>
    private static Outcome<PlanItem> Replaced(List<PlanItem> own, string? replaces)
    {
        var fitting = replaces is not null ? Named(own, replaces) : own.Count(i => i.Quantity == 1) == 1 ? [own.Single(i => i.Quantity == 1)] : own;
        return fitting is [var one] ? one : new Refusal(
            "which_plan", fitting.Count == 0 ? $"replaces: the subscription has no '{replaces}'." : $"The subscription has {Names(fitting)}.", $"Say in replaces which one goes: {Names(own)}.");
    }

    /// <summary>Plans on sale that cost less a month than something the subscription has.</summary>
    private static List<PlanItem> Smaller(List<PlanItem> own, IReadOnlyList<PlanItem> onSale) =>
        [.. onSale.Where(p => p.Unit is not null && own.Any(o => o.PriceId != p.PriceId && Monthly(p with { Quantity = o.Quantity }) < Monthly(o)))];

    private static long Monthly(PlanItem item) => Mrr.Of([item.Recurring])!.Value.AmountMinor;

    private static Outcome<PlanChange> Smaller(PlanItem from, PlanItem to)
    {
        var (before, after) = (Mrr.Of([from.Recurring])!.Value, Mrr.Of([to.Recurring])!.Value);
        return after.AmountMinor < before.AmountMinor ? new PlanChange(from, to) : new Refusal(
            "not_a_downgrade",
            from.PriceId == to.PriceId ? $"{to.Quantity} × {Quoted(to)} is not less than the {from.Quantity} there are: that is no downgrade." : $"{Quoted(to)} costs no less a month than {Quoted(from)}: that is no downgrade.",
            "Name a smaller plan or fewer pieces; an upgrade is made in Stripe's dashboard or by the customer.");
    }

    /// <summary>The one of exactly this name, else those whose name holds it.</summary>
    private static List<PlanItem> Named(IEnumerable<PlanItem> items, string name)
    {
        var all = items.ToList();
        var wanted = name.Trim();
        var exact = all.Where(i => string.Equals(i.Plan, wanted, StringComparison.OrdinalIgnoreCase)).ToList();
        return exact.Count > 0 || wanted.Length == 0 ? exact : [.. all.Where(i => i.Plan.Contains(wanted, StringComparison.OrdinalIgnoreCase))];
    }

    /// <summary>Models read refusals as well: a name that somebody wrote stands between marks.</summary>
    private static string Quoted(PlanItem item) => UntrustedWords.Delimit(item.Plan);

    private static string Names(IEnumerable<PlanItem> items) => string.Join(", ", items.Select(Quoted).Distinct().Order(StringComparer.Ordinal));
}
