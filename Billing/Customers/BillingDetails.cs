using System.Text.Json.Serialization;

namespace BillingCopilot.Billing.Customers;

/// <summary>What stands on a customer's invoices about them. Of a change: what is null stays, what is empty is taken away.</summary>
/// <param name="Country">Two letters, ISO 3166-1.</param>
public sealed record BillingDetails(
    string? Name, string? Email, string? Phone, string? Line1, string? Line2, string? City, string? State, string? PostalCode, string? Country)
{
    /// <summary>Its fields under the names of a form and of arguments, in the order of a form.</summary>
    [JsonIgnore]
    public IEnumerable<(string Field, string Label, string? Value)> Fields =>
    [
        ("name", "Name", Name), ("email", "Mail address", Email), ("phone", "Phone", Phone),
        ("line1", "Address, first line", Line1), ("line2", "Address, second line", Line2), ("city", "City", City),
        ("state", "State or region", State), ("postal_code", "Postal code", PostalCode), ("country", "Country", Country),
    ];

    /// <summary>True where any part of the address is given.</summary>
    [JsonIgnore]
    public bool HasAddress => (Line1 ?? Line2 ?? City ?? State ?? PostalCode ?? Country) is not null;

    /// <summary>These with a change made to them; nothing is null in the result but what is not there.</summary>
    public BillingDetails With(BillingDetails change)
    {
        ArgumentNullException.ThrowIfNull(change);
        static string? One(string? before, string? after) => after is null ? before : after.Length == 0 ? null : after;
        return new BillingDetails(
            One(Name, change.Name), One(Email, change.Email), One(Phone, change.Phone), One(Line1, change.Line1), One(Line2, change.Line2),
            One(City, change.City), One(State, change.State), One(PostalCode, change.PostalCode), One(Country, change.Country));
    }
}
