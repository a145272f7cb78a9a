using System.Security.Cryptography;
using System.Text;
using BillingCopilot.Billing;
using BillingCopilot.Billing.Customers;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Plugins.StripeApi;
using Stripe;

namespace BillingCopilot.Plugins.BillingForm;

/// <summary>A customer's billing details as Stripe has them, and as little of them as possible where they may be read later.</summary>
internal static class BillingDetailsProjection
{
    public static BillingDetails Of(Customer customer) => new(
        Given(customer.Name), Given(customer.Email), Given(customer.Phone), Given(customer.Address?.Line1), Given(customer.Address?.Line2),
        Given(customer.Address?.City), Given(customer.Address?.State), Given(customer.Address?.PostalCode), Given(customer.Address?.Country));

    /// <summary>Tells two values of a field apart without keeping either. Another customer's equal value has another.</summary>
    public static string Digest(string customerId, string field, string? value) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{customerId}\n{field}\n{value}")))[..16];

    /// <summary>What Stripe says about a refused value may repeat it; how it ended is read by more than those who decide.</summary>
    public static ExecutionResult WithoutValues(ExecutionResult result) => result switch
    {
        ExecutionResult.Failed { Definite: true, Refusal: var r } failed => failed with { Refusal = r with { Message = $"Stripe refused the details ({r.Code})." } },
        _ => result,
    };

    private static string? Given(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
