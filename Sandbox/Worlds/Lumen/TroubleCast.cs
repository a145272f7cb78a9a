namespace BillingCopilot.Sandbox.Worlds.Lumen;

/// <summary>Customers whose card is declined, and customers who left.</summary>
internal static class TroubleCast
{
    /// <summary>In the order of the truth.</summary>
    public static IReadOnlyList<Func<Draft, CustomerScript>> FailedParts { get; } =
    [
        draft => Failed(draft, "insufficient_funds", "team"),
        draft => Failed(draft, "expired_card", "starter") with { CardRanOut = true },
        draft => Failed(draft, "lost_card", "business"),
        draft => Failed(draft, "authentication_required", "team").In("eur", draft.Random),
        draft => Failed(draft, "generic_decline", "starter"),
        draft => Failed(draft, "do_not_honor", "business") with { BackupCard = true },
        draft => Failed(draft, "stolen_card", "starter"),
        draft => Failed(draft, "card_velocity_exceeded", "team"),
        draft => Failed(draft, "incorrect_cvc", "starter"),
        draft => Failed(draft, "insufficient_funds", "business") with { BackupCard = true },
    ];

    public static IReadOnlyList<Func<Draft, CustomerScript>> CanceledParts { get; } = [Canceled, Canceled];

    private static CustomerScript Failed(Draft draft, string decline, string plan)
    {
        var start = draft.Start(draft.SomeMonths(), (int)draft.Random.Between(21, 28));
        var from = Calendar.Renewal(start, Calendar.RenewalsSoFar(start), "month") - Calendar.Day;
        return draft.Monthly(start, new ItemScript(plan)) with
        {
            Kind = decline,
            CardTroubles = [new CardTrouble(from, long.MaxValue, decline)],
        };
    }

    private static CustomerScript Canceled(Draft draft)
    {
        var start = draft.Start(11);
        var end = Calendar.Renewal(start, (int)draft.Random.Between(6, 10), "month") + draft.Random.Between(Calendar.Day, 20 * Calendar.Day);
        return draft.Monthly(start, new ItemScript("starter")).With(script => script with { CancelAt = end });
    }
}
