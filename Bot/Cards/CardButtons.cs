using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;

namespace BillingCopilot.Bot.Cards;

/// <summary>
/// The ids that a chat card's buttons carry: sealed, so that whoever sees the card reads nothing in them and can't make or
/// change one. Each names one decision on one proposal as it was shown. Who pressed is never in it, and what a press may do
/// is judged anew; that it counts once is the proposal's own compare-and-set. Nodes of one database read each other's.
/// </summary>
public sealed class CardButtons(IDataProtectionProvider protection)
{
    private readonly IDataProtector _sealer = protection.CreateProtector("BillingCopilot.CardButton.v1");

    public string Seal(CardButton button) => _sealer.Protect(JsonSerializer.Serialize(button));

    /// <summary>What a button stands for; null when it is not one of ours.</summary>
    public CardButton? Open(string id)
    {
        try
        {
            return JsonSerializer.Deserialize<CardButton>(_sealer.Unprotect(id));
        }
        catch (Exception e) when (e is CryptographicException or JsonException)
        {
            return null;
        }
    }
}

/// <param name="Tenant">Whose proposal: a button pressed by another tenant's person is none.</param>
/// <param name="Hash">Of the proposal as the card shows it.</param>
/// <param name="Approve">False rejects.</param>
public sealed record CardButton(string Tenant, string Proposal, string Hash, bool Approve);

/// <summary>The two buttons of an open card.</summary>
/// <param name="Approve">Null where it can't be approved on this card.</param>
public sealed record CardButtonIds(string? Approve, string Reject);
