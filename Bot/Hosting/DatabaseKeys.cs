using System.Xml.Linq;
using BillingCopilot.Storage;
using BillingCopilot.Storage.Rows;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.EntityFrameworkCore;

namespace BillingCopilot.Bot.Hosting;

/// <summary>The key ring of sign-in cookies in the database that the nodes share: a cookie of one is good at all.</summary>
internal sealed class DatabaseKeys(CopilotDbFactory databases, TenantContext tenant) : IXmlRepository
{
    public IReadOnlyCollection<XElement> GetAllElements()
    {
        using var db = databases.Open(tenant);
        return [.. db.ProtectionKeys.AsNoTracking().Select(k => k.Xml).AsEnumerable().Select(XElement.Parse)];
    }

    public void StoreElement(XElement element, string friendlyName)
    {
        using var db = databases.Open(tenant);
        db.ProtectionKeys.Add(new ProtectionKeyRow { TenantId = tenant.Id, Name = friendlyName, Xml = element.ToString(SaveOptions.DisableFormatting) });
        try
        {
            db.SaveChanges();
        }
        catch (DbUpdateException e) when (db.IsDuplicate(e))
        {
            // Stored by an earlier try.
        }
    }
}
